/*
 * The first code of the binary, where `deno compile` has no runtime to build upon.
 *
 * The binary is the executable of Deno with one more segment: two tables of segments, this code, and what
 * to say to Deno (struct order). The kernel starts `_start` below with nothing but the file mapped: no
 * loader, no C library. It puts Deno's flags and falcod's code in front of the arguments, takes out of the
 * environment what is meant for Deno, loads the loader as the kernel would have done, and goes on there.
 *
 *     stack, as the kernel made it            as the loader finds it
 *     argc = 3                                argc = 3 + added
 *     "falcod" "run" "-c" … 0                 "falcod" ADDED … "run" "-c" … 0
 *     environment … 0                         environment without HIDDEN, ADDED … 0
 *     auxiliary vector                        the same, with the program and the loader set right
 *
 * elf(5), execve(2), getauxval(3); linux v6.8 fs/binfmt_elf.c; glibc 2.36 elf/rtld.c
 */

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;
typedef long i64;

/* --- What scripts/build/binary.ts puts behind this code ----------------------------------------- */

/* Texts end with a 0 each; a list is one after the other. Offsets count from the order's first byte. */
struct list {
  u64 offset;
  u64 count;
};

struct order {
  u64 magic;
  u64 size;            /* of the order and its texts, in bytes */
  u64 address;         /* of the order itself; this and what follows as in the file, not moved yet */
  u64 entry;           /* where Deno begins */
  u64 segments;        /* the table of segments that the loader is to see: the one with PT_INTERP */
  u64 segment_count;
  struct list loader;    /* one: the path of the dynamic loader */
  struct list arguments; /* come between the name of the program and its arguments */
  struct list added;     /* variables of the environment, NAME=VALUE */
  struct list hidden;    /* beginnings of variables that Deno must not see */
};

#define MAGIC 0x31544f4344434c46ul /* "FLCDCOT1" */

/* The linker script puts this name at the end of the code. */
extern const struct order order __attribute__((visibility("hidden")));

/* --- System calls ------------------------------------------------------------------------------- */

#define NORETURN __attribute__((noreturn))
#define AT_FDCWD (-100)
#define O_RDONLY 0
#define O_CLOEXEC 02000000
#define PROT_READ 1
#define PROT_WRITE 2
#define PROT_EXEC 4
#define MAP_PRIVATE 2
#define MAP_FIXED 0x10
#define MAP_ANONYMOUS 0x20
#define MAP_NORESERVE 0x4000

#if defined(__x86_64__)
enum { SYS_WRITE = 1, SYS_CLOSE = 3, SYS_MMAP = 9, SYS_PREAD = 17, SYS_GETCWD = 79, SYS_EXIT = 231, SYS_OPENAT = 257 };
#define MACHINE 62 /* EM_X86_64 */

static i64 call(i64 number, i64 a, i64 b, i64 c, i64 d, i64 e, i64 f) {
  i64 result;
  register i64 r10 __asm__("r10") = d;
  register i64 r8 __asm__("r8") = e;
  register i64 r9 __asm__("r9") = f;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

/* rdx: what the C library is to call at the end; the kernel leaves 0 there. */
static NORETURN void go_on(u64 address, u64 *stack) {
  __asm__ volatile("mov %1, %%rsp\n\txor %%ebp, %%ebp\n\txor %%edx, %%edx\n\tjmp *%0"
                   :
                   : "a"(address), "c"(stack)
                   : "memory");
  __builtin_unreachable();
}

__asm__(".section .text.start, \"ax\", @progbits\n"
        ".globl _start\n"
        "_start:\n\tendbr64\n\tmov %rsp, %rdi\n\txor %ebp, %ebp\n\tand $-16, %rsp\n\tcall begin\n\thlt\n"
        ".text\n");

#elif defined(__aarch64__)
enum { SYS_WRITE = 64, SYS_CLOSE = 57, SYS_MMAP = 222, SYS_PREAD = 67, SYS_EXIT = 94, SYS_OPENAT = 56, SYS_GETCWD = 17 };
#define MACHINE 183 /* EM_AARCH64 */

static i64 call(i64 number, i64 a, i64 b, i64 c, i64 d, i64 e, i64 f) {
  register i64 x8 __asm__("x8") = number;
  register i64 x0 __asm__("x0") = a;
  register i64 x1 __asm__("x1") = b;
  register i64 x2 __asm__("x2") = c;
  register i64 x3 __asm__("x3") = d;
  register i64 x4 __asm__("x4") = e;
  register i64 x5 __asm__("x5") = f;
  __asm__ volatile("svc #0"
                   : "+r"(x0)
                   : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                   : "memory");
  return x0;
}

/* x0: what the C library is to call at the end; the kernel leaves 0 there. */
static NORETURN void go_on(u64 address, u64 *stack) {
  register u64 x16 __asm__("x16") = address;
  register u64 *x17 __asm__("x17") = stack;
  __asm__ volatile("mov sp, x17\n\tmov x0, #0\n\tmov x29, #0\n\tmov x30, #0\n\tbr x16"
                   :
                   : "r"(x16), "r"(x17)
                   : "memory");
  __builtin_unreachable();
}

__asm__(".section .text.start, \"ax\", @progbits\n"
        ".globl _start\n"
        "_start:\n\tbti c\n\tmov x0, sp\n\tmov x29, #0\n\tmov x30, #0\n\tbl begin\n\tbrk #1\n"
        ".text\n");

#else
#error "falcod is built for x86-64 and aarch64"
#endif

/* --- Texts -------------------------------------------------------------------------------------- */

static u64 length(const char *text) {
  u64 count = 0;
  while (text[count]) count++;
  return count;
}

static int begins_with(const char *text, const char *start) {
  for (; *start; text++, start++)
    if (*text != *start) return 0;
  return 1;
}

static void say(const char *text) { call(SYS_WRITE, 2, (i64)text, (i64)length(text), 0, 0, 0); }

static NORETURN void give_up(const char *reason, const char *detail) {
  say("falcod: cannot start: ");
  say(reason);
  say(detail);
  say("\n");
  for (;;) call(SYS_EXIT, 127, 0, 0, 0, 0, 0);
}

static NORETURN void damaged(void) { give_up("this binary is damaged", ""); }

/* The first text of a list, all of whose texts lie within the order. */
static const char *texts(const struct list *list) {
  const char *all = (const char *)&order;
  u64 at = list->offset;
  for (u64 left = list->count; left > 0; left--) {
    while (at < order.size && all[at]) at++;
    if (at >= order.size) damaged();
    at++;
  }
  return all + list->offset;
}

static const char *next(const char *text) { return text + length(text) + 1; }

/* --- The loader --------------------------------------------------------------------------------- */

/* elf(5) */
struct header {
  u8 ident[16];
  u16 type, machine;
  u32 version;
  u64 entry, segments, sections;
  u32 flags;
  u16 size, segment_size, segment_count, section_size, section_count, section_names;
};

struct segment {
  u32 type, flags;
  u64 offset, address, physical, file_size, size, alignment;
};

enum { ET_DYN = 3, PT_LOAD = 1, PF_X = 1, PF_W = 2, PF_R = 4, MOST_SEGMENTS = 32 };

/* Loaders have some 200 KB. */
#define MOST_BYTES (64ul << 20)

static u64 down(u64 address, u64 page) { return address & ~(page - 1); }
static u64 up(u64 address, u64 page) { return down(address + page - 1, page); }

static u8 *map(u64 address, u64 size, int protection, int flags, int file, u64 offset) {
  i64 mapped = call(SYS_MMAP, (i64)address, (i64)size, protection, flags | MAP_PRIVATE, file, (i64)offset);
  if (mapped < 0 && mapped > -4096) give_up("no memory for the dynamic loader", "");
  return (u8 *)mapped;
}

static void read_exactly(int file, void *into, u64 size, u64 offset, const char *path) {
  if (call(SYS_PREAD, file, (i64)into, (i64)size, (i64)offset, 0, 0) != (i64)size)
    give_up("no dynamic loader in ", path);
}

static int is_sound(const struct segment *segment, u64 page) {
  return segment->size <= MOST_BYTES && segment->address <= MOST_BYTES && segment->file_size <= segment->size &&
         segment->offset <= MOST_BYTES && segment->address % page == segment->offset % page;
}

static void map_segment(const struct segment *segment, u64 base, int file, u64 page) {
  int protection = (segment->flags & PF_R ? PROT_READ : 0) | (segment->flags & PF_W ? PROT_WRITE : 0) |
                   (segment->flags & PF_X ? PROT_EXEC : 0);
  u64 start = base + segment->address, file_end = start + segment->file_size, end = start + segment->size;
  if (segment->file_size > 0)
    map(down(start, page), up(file_end, page) - down(start, page), protection, MAP_FIXED, file, down(segment->offset, page));
  if (end <= file_end) return;
  /* what is not in the file is 0: the rest of its last page, and pages of their own */
  if (segment->file_size > 0 && (segment->flags & PF_W))
    for (volatile u8 *byte = (u8 *)file_end; byte < (u8 *)up(file_end, page); byte++) *byte = 0;
  u64 bare = segment->file_size > 0 ? up(file_end, page) : down(start, page);
  if (bare < up(end, page)) map(bare, up(end, page) - bare, protection, MAP_FIXED | MAP_ANONYMOUS, -1, 0);
}

/* Maps the loader somewhere; the result is where, and `entry` where it begins. */
static u64 load(const char *path, u64 page, u64 *entry) {
  struct header header;
  struct segment segments[MOST_SEGMENTS];
  i64 file = call(SYS_OPENAT, AT_FDCWD, (i64)path, O_RDONLY | O_CLOEXEC, 0, 0, 0);
  if (file < 0) give_up("a Linux with glibc is needed: there is no ", path);
  read_exactly((int)file, &header, sizeof header, 0, path);
  if (!begins_with((const char *)header.ident, "\x7f" "ELF\x02\x01") || header.type != ET_DYN || header.machine != MACHINE ||
      header.segment_size != sizeof *segments || header.segment_count > MOST_SEGMENTS)
    give_up("no dynamic loader for this processor in ", path);
  read_exactly((int)file, segments, header.segment_count * sizeof *segments, header.segments, path);
  u64 size = 0;
  for (u64 index = 0; index < header.segment_count; index++) {
    const struct segment *segment = &segments[index];
    if (segment->type != PT_LOAD) continue;
    if (!is_sound(segment, page)) give_up("no sound dynamic loader in ", path);
    u64 end = up(segment->address + segment->size, page);
    if (end > size) size = end;
  }
  if (header.entry >= size) give_up("no sound dynamic loader in ", path);
  u64 base = (u64)map(0, size, 0, MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  for (u64 index = 0; index < header.segment_count; index++)
    if (segments[index].type == PT_LOAD) map_segment(&segments[index], base, (int)file, page);
  call(SYS_CLOSE, file, 0, 0, 0, 0, 0);
  *entry = base + header.entry;
  return base;
}

#define EACCES 13

/* Deno looks itself up there and reads what falcod is made of; it ends with a dump where it cannot. */
static void need_own_file(void) {
  i64 file = call(SYS_OPENAT, AT_FDCWD, (i64) "/proc/self/exe", O_RDONLY | O_CLOEXEC, 0, 0, 0);
  if (file == -EACCES) give_up("this file may be run and not read: chmod +r", "");
  if (file < 0) give_up("there is no /proc/self/exe: is /proc mounted?", "");
  call(SYS_CLOSE, file, 0, 0, 0, 0, 0);
}

#define ENOENT 2
#define PATH_MAX 4096

/* Deno does not start in a directory that somebody has removed, and has other words for that. */
static void need_directory(void) {
  char path[PATH_MAX];
  if (call(SYS_GETCWD, (i64)path, sizeof path, 0, 0, 0, 0) == -ENOENT)
    give_up("the current directory has been removed: go to another one", "");
}

/* --- The way to Deno ---------------------------------------------------------------------------- */

enum { AT_NULL = 0, AT_PHDR = 3, AT_PHNUM = 5, AT_PAGESZ = 6, AT_BASE = 7, AT_ENTRY = 9 };

static int is_hidden(const char *variable) {
  const char *start = texts(&order.hidden);
  for (u64 left = order.hidden.count; left > 0; left--, start = next(start))
    if (begins_with(variable, start)) return 1;
  return 0;
}

static u64 *append(u64 *into, const struct list *list) {
  const char *text = texts(list);
  for (u64 left = list->count; left > 0; left--, text = next(text)) *into++ = (u64)text;
  return into;
}

/* `stack` is where the kernel has put argc. */
__attribute__((used)) NORETURN void begin(u64 *stack) {
  if (order.magic != MAGIC || order.size < sizeof order || order.loader.count != 1) damaged();
  u64 count = *stack, *arguments = stack + 1, *environment = arguments + count + 1, *variable = environment;
  if (count == 0) give_up("it was started without a name", "");
  need_own_file();
  need_directory();
  while (*variable) variable++;
  u64 *auxiliary = variable + 1, *end = auxiliary, page = 0;
  for (; end[0] != AT_NULL; end += 2)
    if (end[0] == AT_PAGESZ) page = end[1];
  if (page == 0) give_up("the kernel does not say how large a page is", "");

  if (order.arguments.count > order.size || order.added.count > order.size) damaged();
  u64 words = (u64)(end + 2 - stack) + order.arguments.count + order.added.count;
  u64 *fresh = __builtin_alloca_with_align((words + 2) * sizeof *fresh, 128), *at = fresh;
  *at++ = count + order.arguments.count;
  *at++ = *arguments++;
  at = append(at, &order.arguments);
  while (*arguments) *at++ = *arguments++;
  *at++ = 0;
  for (variable = environment; *variable; variable++)
    if (!is_hidden((const char *)*variable)) *at++ = *variable;
  at = append(at, &order.added);
  *at++ = 0;

  u64 moved = (u64)&order - order.address, entry, base = load(texts(&order.loader), page, &entry);
  for (; auxiliary <= end; auxiliary += 2, at += 2) {
    at[0] = auxiliary[0];
    switch (auxiliary[0]) {
      case AT_PHDR: at[1] = moved + order.segments; break;
      case AT_PHNUM: at[1] = order.segment_count; break;
      case AT_ENTRY: at[1] = moved + order.entry; break;
      case AT_BASE: at[1] = base; break;
      default: at[1] = auxiliary[1];
    }
  }
  go_on(entry, fresh);
}
