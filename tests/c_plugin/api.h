// What the plugins of these tests know of the interface: falcosecurity/libs userspace/plugin, 3.12.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define EXPORT __attribute__((visibility("default")))

enum { SUCCESS = 0, FAILURE = 1, TIMEOUT = -1, END = 2 };
enum { PLUGIN_EVENT = 322, ASYNC_EVENT = 402 };
enum { INT64 = 4, UINT64 = 8, STRING = 9, TABLE = 10 };

struct __attribute__((packed)) event {
  uint64_t time;
  uint64_t thread;
  uint32_t length;
  uint16_t type;
  uint32_t params;
};

struct event_input {
  const struct event *event;
  uint64_t number;
  const char *source;
};

struct bytes {
  uint32_t length;
  const void *at;
};

struct field {
  union {
    const char **texts;
    uint64_t *numbers;
    uint32_t *flags;
    struct bytes *bytes;
    void *any;
  };
  uint64_t count;
  uint32_t id;
  const char *name;
  const char *key;
  uint64_t index;
  uint32_t present;
  uint32_t type;
  uint32_t list;
};

union value {
  int64_t s64;
  uint64_t u64;
  const char *text;
  void *table;
};

struct row {
  const char *name;
  uint32_t type;
  uint32_t read_only;
};

struct old_reader {
  const char *(*name)(void *);
  uint64_t (*size)(void *);
  void *(*get)(void *, const union value *);
  int (*read)(void *, void *, const void *, union value *);
};

struct reader {
  const char *(*name)(void *);
  uint64_t (*size)(void *);
  void *(*get)(void *, const union value *);
  int (*read)(void *, void *, const void *, union value *);
  void (*release)(void *, void *);
  uint32_t (*iterate)(void *, uint32_t (*)(void *, void *), void *);
};

struct writer {
  int (*clear)(void *);
  int (*erase)(void *, const union value *);
  void *(*create)(void *);
  void (*destroy)(void *, void *);
  void *(*add)(void *, const union value *, void *);
  int (*write)(void *, void *, const void *, const union value *);
};

struct fields {
  const struct row *(*list)(void *, uint32_t *);
  void *(*get)(void *, const char *, int);
  void *(*add)(void *, const char *, int);
};

struct table_input {
  const char *name;
  uint32_t key_type;
  void *table;
  struct old_reader old_reader;
  struct writer old_writer;
  struct fields old_fields;
  struct reader *reader;
  struct writer *writer;
  struct fields *fields;
};

struct tables {
  struct row *(*list)(void *, uint32_t *);
  void *(*get)(void *, const char *, int);
  int (*add)(void *, const struct table_input *);
  struct fields old_fields;
  struct fields *fields;
  struct reader *reader;
  struct writer *writer;
};

struct init_input {
  const char *config;
  void *owner;
  const char *(*last_error)(void *);
  const struct tables *tables;
  void (*log)(void *, const char *, const char *, int);
};

struct extract_input {
  void *owner;
  const char *(*last_error)(void *);
  uint32_t count;
  struct field *fields;
  struct old_reader old_reader;
  struct reader *reader;
  void *offsets;
};

struct parse_input {
  void *owner;
  const char *(*last_error)(void *);
  struct old_reader old_reader;
  struct writer old_writer;
  struct reader *reader;
  struct writer *writer;
};

struct routines {
  void *(*subscribe)(void *, uint32_t (*)(void *, void *), void *);
  int (*unsubscribe)(void *, void *);
};

struct listen_input {
  void *owner;
  struct routines *routines;
  struct reader *reader;
  struct writer *writer;
  const char *(*last_error)(void *);
};

typedef int (*async_handler)(void *, const struct event *, char *);
