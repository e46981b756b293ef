/*
 * A load generator without a C library: it starts in microseconds and makes no call but those it
 * was asked for. Prints one JSON object with what it did.
 *
 *   load open RATE SECONDS PATH...   opens (by open, which few programs still use) and closes the files
 *                                    in turn, RATE times a second
 *   load exec RATE SECONDS WORD      runs itself, which does nothing, with WORD-1, WORD-2, ... as argument
 *   load run RATE SECONDS PROGRAM ARGUMENT   runs another program so often
 *   load read SLICES 0 PATH          opens, reads and closes a file as fast as it can, in slices of 4000,
 *                                    and prints the CPU time that each slice took by file
 *   load fresh SLICES 0 FOLDER       likewise: makes, closes and removes files there, each with a name of
 *                                    its own
 *   load none ...                    ends at once
 */
#include <asm/unistd.h>

typedef unsigned long u64;

#define O_RDONLY 0
#define SIGCHLD 17
#define O_RDWR 2
#define O_CREAT 0100
#define O_EXCL 0200
#define O_CLOEXEC 02000000
#define AT_FDCWD -100
#define CLOCK_MONOTONIC 1
#define CLOCK_PROCESS_CPUTIME_ID 2
#define SLICE 4000
#define SECOND 1000000000UL
#define NAP 300000UL /* between two slices; the timers of the kernel add some 50 us */

struct timespec {
	long seconds, nanoseconds;
};

static inline long call(long number, long a, long b, long c, long d, long e)
{
	register long r10 __asm__("r10") = d, r8 __asm__("r8") = e;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	return result;
}

static u64 time_of(int clock)
{
	struct timespec time;

	call(__NR_clock_gettime, clock, (long)&time, 0, 0, 0);
	return time.seconds * SECOND + time.nanoseconds;
}

static u64 now(void)
{
	return time_of(CLOCK_MONOTONIC);
}

static char *put_text(char *to, const char *text)
{
	while (*text)
		*to++ = *text++;
	return to;
}

static char *put_number(char *to, u64 number)
{
	char digits[20];
	int count = 0;

	do
		digits[count++] = '0' + number % 10;
	while (number /= 10);
	while (count)
		*to++ = digits[--count];
	return to;
}

static u64 number_of(const char *text)
{
	u64 number = 0;

	while (*text >= '0' && *text <= '9')
		number = number * 10 + (*text++ - '0');
	return number;
}

static int same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

static long open_one(const char *path)
{
	long fd = call(__NR_open, (long)path, O_RDONLY, 0, 0, 0);

	if (fd < 0)
		return -1;
	call(__NR_close, fd, 0, 0, 0, 0);
	return 0;
}

static long run_one(const char **arguments)
{
	const char *program = arguments[0], *environment[1] = { 0 };
	long child = call(__NR_clone, SIGCHLD, 0, 0, 0, 0);

	if (child == 0) {
		call(__NR_execve, (long)program, (long)arguments, (long)environment, 0, 0);
		call(__NR_exit_group, 1, 0, 0, 0, 0);
	}
	if (child < 0)
		return -1;
	call(__NR_wait4, child, 0, 0, 0, 0);
	return 0;
}

static long exec_one(const char *program, const char *word, u64 number)
{
	char text[256], *end = text;
	const char *arguments[4] = { program, "none", text, 0 };

	for (; *word && end < text + 200; word++)
		*end++ = *word;
	*end++ = '-';
	*put_number(end, number) = 0;
	return run_one(arguments);
}

static void read_one(const char *path)
{
	char bytes[64];
	long fd = call(__NR_openat, AT_FDCWD, (long)path, O_RDONLY | O_CLOEXEC, 0, 0);

	call(__NR_read, fd, (long)bytes, sizeof(bytes), 0, 0);
	call(__NR_close, fd, 0, 0, 0, 0);
}

static void make_one(const char *folder, u64 number)
{
	char path[256], *end = path;
	long fd;

	while (*folder && end < path + 200)
		*end++ = *folder++;
	*end++ = '/';
	*put_number(end, number) = 0;
	fd = call(__NR_openat, AT_FDCWD, (long)path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600, 0);
	call(__NR_close, fd, 0, 0, 0, 0);
	call(__NR_unlink, (long)path, 0, 0, 0, 0);
}

static int slices_of(int fresh, u64 slices, const char *path)
{
	char line[64], *end;
	u64 number = now();

	call(__NR_write, 1, (long)"[0", 2, 0, 0);
	while (slices--) {
		u64 start = time_of(CLOCK_PROCESS_CPUTIME_ID);

		for (int i = 0; i < SLICE; i++) {
			if (fresh)
				make_one(path, number++);
			else
				read_one(path);
		}
		end = put_text(line, ",");
		end = put_number(end, (time_of(CLOCK_PROCESS_CPUTIME_ID) - start) / SLICE);
		call(__NR_write, 1, (long)line, end - line, 0, 0);
	}
	call(__NR_write, 1, (long)"]\n", 2, 0, 0);
	return 0;
}

static int main_of(int count, char **words)
{
	struct timespec nap = { 0, NAP };
	u64 rate, start, length, elapsed, made = 0, failed = 0;
	char line[200], *end = line;
	int opens, runs, next = 4;

	if (count < 5)
		return 0;
	if (same(words[1], "read") || same(words[1], "fresh"))
		return slices_of(same(words[1], "fresh"), number_of(words[2]), words[4]);
	opens = same(words[1], "open");
	runs = same(words[1], "run");
	rate = number_of(words[2]);
	length = number_of(words[3]) * SECOND;
	start = now();
	while ((elapsed = now() - start) < length) {
		u64 due = elapsed / 1000 * rate / 1000000;

		if (made >= due) {
			call(__NR_nanosleep, (long)&nap, 0, 0, 0, 0);
			continue;
		}
		/* in slices, so that a generator that is late still sees its end */
		for (int slice = 0; slice < 500 && made < due; slice++) {
			made++;
			if (!opens) {
				failed += (runs ? run_one((const char **)(words + 4))
						: exec_one(words[0], words[4], made)) < 0;
				break;
			}
			failed += open_one(words[next]) < 0;
			if (++next == count)
				next = 4;
		}
	}
	end = put_text(end, "{\"made\":");
	end = put_number(end, made);
	end = put_text(end, ",\"failed\":");
	end = put_number(end, failed);
	end = put_text(end, ",\"milliseconds\":");
	end = put_number(end, elapsed / 1000000);
	end = put_text(end, "}\n");
	call(__NR_write, 1, (long)line, end - line, 0, 0);
	return 0;
}

__attribute__((used)) static void start_with(long *stack)
{
	call(__NR_exit_group, main_of((int)stack[0], (char **)(stack + 1)), 0, 0, 0, 0);
}

__asm__(".globl _start\n_start:\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall start_with\n");
