// The source of these tests, but it does HOW where WHERE says.
#include <signal.h>

#define plugin_init init_that_works
#define plugin_extract_fields extraction_that_works
#define plugin_parse_event parsing_that_works
#define plugin_next_batch batch_that_works
#include "source.c"
#undef plugin_init
#undef plugin_extract_fields
#undef plugin_parse_event
#undef plugin_next_batch

enum where { LOADED, INIT, EXTRACT, PARSE, NEXT_BATCH, THREAD };

static volatile char *volatile nowhere;
static volatile int zero;
static int deeper(int level) {
  volatile char room[4096] = {0};
  return level < zero ? 0 : deeper(level + 1) + room[level % 4096];
}

enum how { POINTER, ABORT, OVERFLOW, DIVISION, RAISE };

static void maybe(enum where where) {
  if (where != WHERE) return;
  switch (HOW) {
    case POINTER: *nowhere = 1; break;
    case ABORT: abort();
    case OVERFLOW: zero = deeper(zero); break;
    case DIVISION: zero = 5 / zero; break;
    case RAISE: raise(SIGSEGV); break;
  }
}

__attribute__((constructor)) static void loaded(void) { maybe(LOADED); }

static void *thread(void *p) {
  usleep(100000);
  maybe(THREAD);
  return p;
}

EXPORT struct plugin *plugin_init(const struct init_input *in, int *rc) {
  maybe(INIT);
  pthread_t id;
  pthread_create(&id, NULL, thread, NULL);
  return init_that_works(in, rc);
}
EXPORT int plugin_extract_fields(struct plugin *p, const struct event_input *event,
                                 const struct extract_input *in) {
  maybe(EXTRACT);
  return extraction_that_works(p, event, in);
}
EXPORT int plugin_parse_event(struct plugin *p, const struct event_input *event,
                              const struct parse_input *in) {
  maybe(PARSE);
  return parsing_that_works(p, event, in);
}
EXPORT int plugin_next_batch(struct plugin *p, void *capture, uint32_t *count,
                             struct event ***events) {
  maybe(NEXT_BATCH);
  return batch_that_works(p, capture, count, events);
}
