/*
 * Opens files and makes a connection without a system call for either: by io_uring. No C library.
 *
 *   uring PATH PORT [DIRECTORY]
 *                       opens PATH for reading, the same silently (no completion is told), the same into
 *                       a descriptor of the ring's own, a file that is not there; connects to PORT of
 *                       127.0.0.1 and sends it a word; reads PATH; makes, moves, links and removes names;
 *                       makes a datagram socket and sends words to PORT and to the one above it.
 *                       Ends with 3 when there is no io_uring here.
 */
#include <asm/unistd.h>

#define AT_FDCWD -100
#define OP_CONNECT 16
#define OP_OPENAT 18
#define OP_READ 22
#define OP_SEND 26
#define OP_RENAMEAT 35
#define OP_UNLINKAT 36
#define OP_MKDIRAT 37
#define OP_SYMLINKAT 38
#define OP_LINKAT 39
#define OP_SOCKET 45
#define OP_SEND_ZC 47
#define OP_FTRUNCATE 55
#define SKIP_COMPLETION (1 << 6)
#define GET_EVENTS 1
#define REGISTER_FILES 2
#define MORE_FOLLOWS (1 << 1)
#define CQ_HEAD 0
#define CQ_TAIL 1
#define CQ_MASK 2
#define CQ_ENTRIES 5
#define SQES_OFFSET 0x10000000L
#define ENTRIES 8
#define RING_BYTES 4096L
#define READ_WRITE 3
#define MAP_SHARED 1

struct sqe {
	unsigned char opcode, flags;
	unsigned short priority;
	int fd;
	unsigned long offset, address;
	unsigned int length, open_flags;
	unsigned long user_data;
	unsigned short buffer, personality;
	unsigned int file_index;
	unsigned long rest[2];
};

struct cqe {
	unsigned long user_data;
	int result;
	unsigned int flags;
};

/* struct io_uring_params: what is used of it */
struct params {
	unsigned int entries[2], flags, thread[2], features, attach, reserved[3];
	struct {
		unsigned int head, tail, mask, entries, flags, dropped, array, reserved;
		unsigned long address;
	} sq;
	unsigned int cq[10];
};

static struct params params;
static int ring;
static char *rings;
static struct sqe *sqes;

static long call(long number, long a, long b, long c, long d, long e, long f)
{
	register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

/* Until the request has completed: what comes next may need what it made. Returns its flags. */
static unsigned int await_completion(void)
{
	unsigned int *head = (unsigned int *)(rings + params.cq[CQ_HEAD]), index = *head;
	volatile unsigned int *tail = (unsigned int *)(rings + params.cq[CQ_TAIL]);
	const struct cqe *completed = (struct cqe *)(rings + params.cq[CQ_ENTRIES]);
	unsigned int flags;

	while (__atomic_load_n(tail, __ATOMIC_ACQUIRE) == index)
		call(__NR_io_uring_enter, ring, 0, 1, GET_EVENTS, 0, 0);
	flags = completed[index & *(unsigned int *)(rings + params.cq[CQ_MASK])].flags;
	__atomic_store_n(head, index + 1, __ATOMIC_RELEASE);
	return flags;
}

static void submit(struct sqe sqe)
{
	volatile unsigned int *tail = (unsigned int *)(rings + params.sq.tail);
	unsigned int *array = (unsigned int *)(rings + params.sq.array), index = *tail % ENTRIES;

	sqes[index] = sqe;
	array[index] = index;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	call(__NR_io_uring_enter, ring, 1, 0, 0, 0, 0);
	if (!(sqe.flags & SKIP_COMPLETION))
		while (await_completion() & MORE_FOLLOWS)
			;
}

int main_with(long count, char **argument)
{
	static unsigned char address[16] = {2, 0, 0, 0, 127, 0, 0, 1};
	static int no_files[2] = {-1, -1};
	struct sqe open = {.opcode = OP_OPENAT, .fd = AT_FDCWD}, connect = {.opcode = OP_CONNECT};
	static char buffer[8];
	unsigned int port = 0;

	if (count < 3)
		return 2;
	ring = call(__NR_io_uring_setup, ENTRIES, (long)&params, 0, 0, 0, 0);
	if (ring < 0)
		return 3;
	rings = (char *)call(__NR_mmap, 0, RING_BYTES, READ_WRITE, MAP_SHARED, ring, 0);
	sqes = (struct sqe *)call(__NR_mmap, 0, RING_BYTES, READ_WRITE, MAP_SHARED, ring, SQES_OFFSET);
	call(__NR_io_uring_register, ring, REGISTER_FILES, (long)no_files, 2, 0, 0);

	open.address = (long)argument[1];
	submit(open);
	if (count > 3)
		call(__NR_chdir, (long)argument[3], 0, 0, 0, 0, 0);
	open.flags = SKIP_COMPLETION;
	submit(open);
	open.flags = 0;
	open.file_index = 1;
	submit(open);
	open.file_index = 0;
	open.address = (long)"./none";
	submit(open);

	for (const char *digit = argument[2]; *digit; digit++)
		port = port * 10 + (*digit - '0');
	address[2] = port >> 8;
	address[3] = port;
	connect.fd = call(__NR_socket, 2, 1, 0, 0, 0, 0);
	connect.address = (long)address;
	connect.offset = sizeof(address);
	submit(connect);
	connect.opcode = OP_SEND;
	connect.address = (long)"hello";
	connect.offset = 0;
	connect.length = 5;
	submit(connect);

	submit((struct sqe){.opcode = OP_READ, .fd = call(__NR_open, (long)argument[1], 0, 0, 0, 0, 0),
			    .address = (long)buffer, .length = sizeof(buffer)});
	submit((struct sqe){.opcode = OP_MKDIRAT, .fd = AT_FDCWD, .address = (long)"made",
			    .length = 0700});
	/* the second directory stands where the length does */
	submit((struct sqe){.opcode = OP_RENAMEAT, .fd = AT_FDCWD, .address = (long)"made",
			    .length = AT_FDCWD, .offset = (long)"moved"});
	submit((struct sqe){.opcode = OP_SYMLINKAT, .fd = AT_FDCWD, .address = (long)"/etc/shadow",
			    .offset = (long)"shadow"});
	submit((struct sqe){.opcode = OP_LINKAT, .fd = AT_FDCWD, .address = (long)"f",
			    .length = AT_FDCWD, .offset = (long)"hard"});
	submit((struct sqe){.opcode = OP_UNLINKAT, .fd = AT_FDCWD, .address = (long)"hard"});

	/* what is closed is the next descriptor there will be */
	connect.fd = call(__NR_dup, 0, 0, 0, 0, 0, 0);
	call(__NR_close, connect.fd, 0, 0, 0, 0, 0);
	submit((struct sqe){.opcode = OP_SOCKET, .fd = 2, .offset = 2});
	connect.offset = (long)address;
	connect.file_index = sizeof(address);
	submit(connect);
	port++;
	address[2] = port >> 8;
	address[3] = port;
	connect.opcode = OP_SEND_ZC;
	submit(connect);
	submit((struct sqe){.opcode = OP_FTRUNCATE, .offset = 3,
			    .fd = call(__NR_open, (long)argument[1], 1, 0, 0, 0, 0)});
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
