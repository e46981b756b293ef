// What libraries in Go do with the thread that calls them: it runs on a stack of a few KB.
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "api.h"

#define PAGE 4096
#define USED 2900

static ucontext_t caller, small;

// What is left is less than what the kernel needs for any handler.
static void raise_there(int number) {
  volatile char used[USED];
  used[0] = used[USED - 1] = 1;
  raise(number);
  used[0] = 2;
}

// Below the stack there is nothing: who writes there ends the process.
EXPORT int raise_on_small_stack(int number) {
  raise(0);  // The loader looks for a function when it is called first, which takes more.
  char *pages = mmap(NULL, 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED || mprotect(pages + PAGE, PAGE, PROT_READ | PROT_WRITE) != 0) return FAILURE;
  getcontext(&small);
  small.uc_stack.ss_sp = pages + PAGE;
  small.uc_stack.ss_size = PAGE;
  small.uc_link = &caller;
  makecontext(&small, (void (*)(void))raise_there, 1, number);
  swapcontext(&caller, &small);
  munmap(pages, 2 * PAGE);
  return SUCCESS;
}
