// Looks at events of all sources: how they are made, what tables know of them, and notes of its own.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"

#define TEXTS 64
enum { INT_THREADS = INT64 };

struct observer {
  char error[256];
  void *words, *count;
  void *threads, *comm, *pid, *args, *arg, *mark;
  char tables[256];
  const char *texts[TEXTS];
  char text[TEXTS][128];
  uint64_t numbers[1];
  uint64_t before;
};

EXPORT const char *plugin_get_required_api_version(void) { return "3.7.0"; }
EXPORT const char *plugin_get_version(void) { return "0.4.0"; }
EXPORT const char *plugin_get_name(void) { return "falcod_observer"; }
EXPORT const char *plugin_get_description(void) { return "Looks at all events"; }
EXPORT const char *plugin_get_contact(void) { return "nobody"; }
EXPORT const char *plugin_get_last_error(struct observer *o) { return o->error; }
EXPORT const char *plugin_get_required_event_schema_version(struct observer *o) {
  return (void)o, "4.0.0";
}

EXPORT const char *plugin_get_fields(void) {
  return "[{\"type\":\"uint64\",\"name\":\"obs.type\",\"desc\":\"Code of the event\"},"
         "{\"type\":\"string\",\"name\":\"obs.params\",\"desc\":\"Its parameters\",\"isList\":true},"
         "{\"type\":\"string\",\"name\":\"obs.comm\",\"desc\":\"Who caused it\"},"
         "{\"type\":\"string\",\"name\":\"obs.args\",\"desc\":\"Its arguments\",\"isList\":true},"
         "{\"type\":\"uint64\",\"name\":\"obs.mark\",\"desc\":\"Events of that thread so far\"},"
         "{\"type\":\"uint64\",\"name\":\"obs.words\",\"desc\":\"What another plugin counted\","
         "\"arg\":{\"isRequired\":true,\"isKey\":true}},"
         "{\"type\":\"string\",\"name\":\"obs.tables\",\"desc\":\"Tables there are\"},"
         "{\"type\":\"uint64\",\"name\":\"obs.threads\",\"desc\":\"Threads there are\"},"
         "{\"type\":\"uint64\",\"name\":\"obs.before\",\"desc\":\"Threads before all events\"}]";
}

static int fail(struct observer *o, const struct init_input *in, const char *what) {
  const char *why = in->last_error(in->owner);
  snprintf(o->error, sizeof o->error, "%s: %s", what, why ? why : "nobody says why");
  return FAILURE;
}

static int use_threads(struct observer *o, const struct init_input *in) {
  const struct fields *fields = in->tables->fields;
  o->threads = in->tables->get(in->owner, "threads", INT_THREADS);
  if (!o->threads) return SUCCESS;  // Of events that have none.
  o->comm = fields->get(o->threads, "comm", STRING);
  o->pid = fields->get(o->threads, "pid", INT64);
  o->args = fields->get(o->threads, "args", TABLE);
  o->mark = fields->add(o->threads, "observer_mark", UINT64);
  if (!o->comm || !o->pid || !o->args || !o->mark) return fail(o, in, "threads");
  if (strstr(in->config, "wrong")) {
    return fields->get(o->threads, "comm", UINT64) ? SUCCESS : fail(o, in, "comm");
  }
  // Fields of tables in entries are found by an entry that is none.
  void *entry = in->tables->writer->create(o->threads);
  union value table;
  if (in->tables->reader->read(o->threads, entry, o->args, &table) != SUCCESS) {
    return fail(o, in, "args");
  }
  o->arg = fields->get(table.table, "value", STRING);
  in->tables->writer->destroy(o->threads, entry);
  return o->arg ? SUCCESS : fail(o, in, "value");
}

EXPORT struct observer *plugin_init(const struct init_input *in, int *rc) {
  struct observer *o = calloc(1, sizeof *o);
  o->words = in->tables->get(in->owner, "test_words", STRING);
  if (o->words) o->count = in->tables->fields->get(o->words, "count", UINT64);
  uint32_t count = 0, fields = 0;
  const struct row *rows = in->tables->list(in->owner, &count);
  for (uint32_t i = 0; i < count; i++) {
    void *table = in->tables->get(in->owner, rows[i].name, (int)rows[i].type);
    in->tables->fields->list(table, &fields);
    const size_t used = strlen(o->tables);
    snprintf(o->tables + used, sizeof o->tables - used, "%s/%u(%u) ",
             in->tables->reader->name(table), rows[i].type, fields);
  }
  *rc = use_threads(o, in);
  return o;
}
EXPORT void plugin_destroy(struct observer *o) { free(o); }

static const uint8_t *lengths_of(const struct event *event) {
  return (const uint8_t *)event + sizeof *event;
}

static uint64_t params_of(struct observer *o, const struct event *event) {
  const uint32_t width = event->type == PLUGIN_EVENT || event->type == ASYNC_EVENT ? 4 : 2;
  const uint8_t *lengths = lengths_of(event), *param = lengths + width * event->params;
  uint64_t count = 0;
  for (; count < event->params && count < TEXTS; count++) {
    uint32_t length = 0;
    memcpy(&length, lengths + count * width, width);
    uint64_t number = 0;
    const uint32_t text = length && param[length - 1] == 0 && length != 8 && length != 4;
    memcpy(&number, param, length < 8 ? length : 8);
    if (text) snprintf(o->text[count], sizeof o->text[count], "%s", param);
    else snprintf(o->text[count], sizeof o->text[count], "%u:%ld", length, (long)number);
    o->texts[count] = o->text[count];
    param += length;
  }
  const uint8_t *end = (const uint8_t *)event + event->length;
  if (param != end) o->texts[0] = "its length is wrong";
  return count;
}

static uint32_t visit(void *state, void *entry) {
  return (*(uint64_t *)state)++, entry != NULL;
}

static int extract(struct observer *o, const struct event *event, const struct extract_input *in,
                   struct field *field) {
  const struct reader *read = in->reader;
  const union value tid = {.s64 = (int64_t)event->thread};
  void *thread = o->threads ? read->get(o->threads, &tid) : NULL;
  union value value = {0};
  field->count = 1;
  field->texts = o->texts;
  int rc = SUCCESS;
  switch (field->id) {
    case 0: field->numbers = o->numbers, o->numbers[0] = event->type; break;
    case 1: field->count = params_of(o, event); break;
    case 2:
      rc = thread ? read->read(o->threads, thread, o->comm, &value) : FAILURE;
      o->texts[0] = value.text;
      break;
    case 3: {
      if (!thread || read->read(o->threads, thread, o->args, &value) != SUCCESS) return FAILURE;
      field->count = read->size(value.table);
      for (uint64_t i = 0; i < field->count && i < TEXTS; i++) {
        const union value key = {.u64 = i};
        union value arg;
        void *row = read->get(value.table, &key);
        if (!row || read->read(value.table, row, o->arg, &arg) != SUCCESS) return FAILURE;
        o->texts[i] = arg.text;
        read->release(value.table, row);
      }
      break;
    }
    case 4:
      rc = thread ? read->read(o->threads, thread, o->mark, &value) : FAILURE;
      field->numbers = o->numbers, o->numbers[0] = value.u64;
      break;
    case 5: {
      const union value key = {.text = field->key};
      void *entry = o->words ? read->get(o->words, &key) : NULL;
      rc = entry ? read->read(o->words, entry, o->count, &value) : FAILURE;
      field->numbers = o->numbers, o->numbers[0] = value.u64;
      break;
    }
    case 6: o->texts[0] = o->tables; break;
    case 7:
      field->numbers = o->numbers, o->numbers[0] = 0;
      if (!o->threads || !read->iterate(o->threads, visit, o->numbers)) return FAILURE;
      if (o->numbers[0] != read->size(o->threads)) return FAILURE;
      break;
    case 8: field->numbers = &o->before; break;
    default: return FAILURE;
  }
  if (thread) read->release(o->threads, thread);
  return rc;
}

EXPORT int plugin_extract_fields(struct observer *o, const struct event_input *event,
                                 const struct extract_input *in) {
  for (uint32_t i = 0; i < in->count; i++) {
    if (extract(o, event->event, in, &in->fields[i]) != SUCCESS) return FAILURE;
  }
  return SUCCESS;
}

EXPORT int plugin_parse_event(struct observer *o, const struct event_input *event,
                              const struct parse_input *in) {
  const union value tid = {.s64 = (int64_t)event->event->thread};
  void *thread = o->threads ? in->reader->get(o->threads, &tid) : NULL;
  if (!thread) return SUCCESS;
  union value mark;
  if (in->reader->read(o->threads, thread, o->mark, &mark) != SUCCESS) return FAILURE;
  mark.u64++;
  if (in->writer->write(o->threads, thread, o->mark, &mark) != SUCCESS) return FAILURE;
  // What falcod knows is not for plugins to change.
  const union value comm = {.text = "forged"};
  return in->writer->write(o->threads, thread, o->comm, &comm) == FAILURE ? SUCCESS : FAILURE;
}

EXPORT int plugin_capture_open(struct observer *o, const struct listen_input *in) {
  if (o->threads && !in->reader->iterate(o->threads, visit, &o->before)) return FAILURE;
  return SUCCESS;
}
EXPORT int plugin_capture_close(struct observer *o, const struct listen_input *in) {
  return (void)o, (void)in, SUCCESS;
}
