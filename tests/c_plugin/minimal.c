// As much as a plugin has to have, and whatever the definitions add, change or leave out.
#include "api.h"

#define TEXT(name, text) \
  EXPORT const char *plugin_##name(void) { return text; }

#ifndef API
#define API "3.0.0"
#endif
#ifndef NAME
#define NAME "falcod_minimal"
#endif
#ifndef VERSION
#define VERSION "0.1.0"
#endif

#ifndef NO_API
TEXT(get_required_api_version, API)
#endif
TEXT(get_version, VERSION)
TEXT(get_name, NAME)
TEXT(get_description, "Hardly anything")
TEXT(get_contact, "nobody")
EXPORT const char *plugin_get_last_error(void *p) { return (void)p, (const char *)0; }
EXPORT void *plugin_init(const struct init_input *in, int *rc) {
  *rc = in->config ? SUCCESS : FAILURE;
  return (void *)0;
}
#ifndef NO_DESTROY
EXPORT void plugin_destroy(void *p) { (void)p; }
#endif

#ifdef FIELDS
TEXT(get_fields, FIELDS)
#endif
#ifdef EXTRACTS
EXPORT int plugin_extract_fields(void *p, const struct event_input *event,
                                 const struct extract_input *in) {
  return (void)p, (void)event, (void)in, FAILURE;
}
#endif
#ifdef SOURCES
TEXT(get_extract_event_sources, SOURCES)
#endif
#ifdef SCHEMA
EXPORT const char *plugin_get_init_schema(int *type) { return *type = 1, SCHEMA; }
#endif
#ifdef EVENT_SOURCE
TEXT(get_event_source, EVENT_SOURCE)
#endif
#ifdef ID
EXPORT uint32_t plugin_get_id(void) { return ID; }
#endif
#ifdef OPENS
EXPORT void *plugin_open(void *p, const char *params, int *rc) {
  return (void)params, *rc = SUCCESS, p;
}
#endif
#ifdef DELIVERS
EXPORT void plugin_close(void *p, void *capture) { (void)p, (void)capture; }
EXPORT int plugin_next_batch(void *p, void *capture, uint32_t *count, struct event ***events) {
  return (void)p, (void)capture, (void)count, (void)events, END;
}
#endif
