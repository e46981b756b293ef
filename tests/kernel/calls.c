/*
 * System calls that perl cannot make: other ways to fork, threads, and the 32-bit entry. No C library.
 *
 *   calls fork | vfork | clone3     makes a child that exits with 7, waits for it, prints child=PID
 *   calls thread NAME PATH          a second thread takes a name and opens a file as soon as it is there;
 *                                   prints thread=TID
 *   calls thread-exec PROGRAM WORD  a second thread runs a program in place of all
 *   calls int80 PATH                by the entry of 32-bit programs: opens a file, connects to ports 1 and
 *                                   2 of 127.0.0.1 (the second by socketcall), takes user id 11
 *   calls int80-data                by the same entry: writes "hello" and "hello!!!" into a pipe, the latter
 *                                   from two buffers, reads 8 bytes of it into two, sends "hello!!!" by
 *                                   sendmsg to nobody, sleeps 1500 ns
 *   calls int80-umount PATH         by the same entry: umount, which has no flags
 *   calls wait WORD                 waits until somebody ends it
 */
#include <asm/unistd.h>

#define SIGCHLD 17
#define CLONE_VM 0x100
#define CLONE_FS 0x200
#define CLONE_FILES 0x400
#define CLONE_SIGHAND 0x800
#define CLONE_THREAD 0x10000
#define CLONE_SYSVSEM 0x40000
#define CLONE_CHILD_CLEARTID 0x200000
#define PR_SET_NAME 15
#define NAP 1000000L

/* Below 4 GiB, where the program is, so that 32-bit calls reach it. */
static char path[4096];
static char *words[3];
static char stack[16384] __attribute__((aligned(16)));
static volatile int thread_id = 1;

static long call(long number, long a, long b, long c, long d)
{
	register long r10 __asm__("r10") = d;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
			 : "rcx", "r11", "memory");
	return result;
}

static long call32(long number, long a, long b, long c)
{
	long result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(number), "b"(a), "c"(b), "d"(c)
			 : "r8", "r9", "r10", "r11", "memory");
	return result;
}

static void say(const char *name, long number)
{
	char line[64], digits[20];
	int length = 0, count = 0;

	while (*name)
		line[length++] = *name++;
	line[length++] = '=';
	do
		digits[count++] = '0' + number % 10;
	while (number /= 10);
	while (count)
		line[length++] = digits[--count];
	line[length++] = '\n';
	call(__NR_write, 1, (long)line, length, 0);
}

static int is(const char *word, const char *other)
{
	while (*word && *word == *other)
		word++, other++;
	return *word == *other;
}

static void nap(void)
{
	long time[2] = {0, NAP};

	call(__NR_nanosleep, (long)time, 0, 0, 0);
}

static long vfork_child(void)
{
	long result;

	/* the child has the parent's stack: nothing but registers until it is gone */
	__asm__ volatile("syscall; test %%rax, %%rax; jnz 1f;"
			 "mov $7, %%edi; mov %1, %%eax; syscall; 1:"
			 : "=a"(result)
			 : "i"(__NR_exit), "a"(__NR_vfork)
			 : "rcx", "r11", "rdi", "memory");
	return result;
}

static void fork_somehow(long child)
{
	if (child == 0)
		call(__NR_exit, 7, 0, 0, 0);
	call(__NR_wait4, child, 0, 0, 0);
	say("child", child);
}

static void named_thread(void)
{
	call(__NR_prctl, PR_SET_NAME, (long)words[0], 0, 0);
	while (call(__NR_open, (long)path, 0, 0, 0) < 0)
		nap();
	call(__NR_exit, 0, 0, 0, 0);
}

static void exec_thread(void)
{
	call(__NR_execve, (long)path, (long)words, 0, 0);
	call(__NR_exit, 1, 0, 0, 0);
}

static long start_thread(void (*run)(void))
{
	register long r10 __asm__("r10") = (long)&thread_id;
	long result;

	__asm__ volatile("syscall; test %%rax, %%rax; jnz 1f; call *%[run]; 1:"
			 : "=a"(result)
			 : "a"(__NR_clone),
			   "D"(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
			       CLONE_SYSVSEM | CLONE_CHILD_CLEARTID),
			   "S"(stack + sizeof(stack)), "d"(0), "r"(r10), [run] "b"(run)
			 : "rcx", "r11", "memory");
	return result;
}

static void run_thread(void (*run)(void))
{
	say("thread", start_thread(run));
	while (thread_id)	/* the kernel clears it */
		nap();
}

static void call_by_int80(void)
{
	static unsigned char address[16] = {2, 0, 0, 1, 127, 0, 0, 1};
	static unsigned int arguments[3];
	long fd = call32(359, 2, 1, 0);		/* socket */

	call32(5, (long)path, 0, 0);		/* open */
	call32(362, fd, (long)address, sizeof(address));	/* connect */
	address[3] = 2;
	arguments[0] = fd;
	arguments[1] = (long)address;
	arguments[2] = sizeof(address);
	call32(102, 3, (long)arguments, 0);	/* socketcall connect */
	call32(213, 11, 0, 0);			/* setuid32 */
}

/* Structures of 32-bit programs have pointers of 4 bytes; everything lies below 4 GiB. */
static void data_by_int80(void)
{
	static char text[] = "hello", marks[] = "!!!", in[2][5];
	static int ends[2], nap_time[2] = {0, 1500};
	static unsigned int vector[4], message[7], arguments[3];

	vector[0] = (long)text;
	vector[1] = 5;
	vector[2] = (long)marks;
	vector[3] = 3;
	call32(42, (long)ends, 0, 0);			/* pipe */
	call32(4, ends[1], (long)text, 5);		/* write */
	call32(146, ends[1], (long)vector, 2);		/* writev */
	message[2] = (long)vector;
	message[3] = 2;
	arguments[0] = call32(359, 1, 2, 0);		/* socket */
	arguments[1] = (long)message;
	call32(102, 16, (long)arguments, 0);		/* socketcall sendmsg */
	vector[0] = (long)in[0];
	vector[2] = (long)in[1];
	call32(145, ends[0], (long)vector, 2);		/* readv */
	call32(162, (long)nap_time, 0, 0);		/* nanosleep */
}

int main_with(long count, char **argument)
{
	static unsigned long long clone_arguments[11] = {[4] = SIGCHLD};
	const char *from = count > 2 ? argument[2] : "";
	unsigned int at = 0;

	if (count < 2)
		return 2;
	words[0] = argument[2];
	if (is(argument[1], "thread")) {
		from = count > 3 ? argument[3] : "";
	} else if (is(argument[1], "thread-exec")) {
		words[1] = argument[3];
	}
	while (at < sizeof(path) - 1 && from[at])
		path[at] = from[at], at++;
	if (is(argument[1], "fork"))
		fork_somehow(call(__NR_fork, 0, 0, 0, 0));
	else if (is(argument[1], "vfork"))
		fork_somehow(vfork_child());
	else if (is(argument[1], "clone3"))
		fork_somehow(call(__NR_clone3, (long)clone_arguments, sizeof(clone_arguments), 0, 0));
	else if (is(argument[1], "int80"))
		call_by_int80();
	else if (is(argument[1], "int80-data"))
		data_by_int80();
	else if (is(argument[1], "int80-umount"))
		call32(22, (long)path, -1, 0);
	else if (is(argument[1], "thread"))
		run_thread(named_thread);
	else if (is(argument[1], "thread-exec"))
		run_thread(exec_thread);
	else
		for (;;)
			nap();
	return 0;
}

__asm__(".globl _start\n"
	"_start:\n"
	"	mov (%rsp), %rdi\n"
	"	lea 8(%rsp), %rsi\n"
	"	and $-16, %rsp\n"
	"	call main_with\n"
	"	mov %eax, %edi\n"
	"	mov $231, %eax\n"
	"	syscall\n");
