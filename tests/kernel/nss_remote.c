/* A module of the name service: knows user and group 54321, and never comes back from 54322. nss(5) */
typedef unsigned long size_t;

struct passwd {
    char *name, *password;
    unsigned uid, gid;
    char *gecos, *home, *shell;
};

struct group {
    char *name, *password;
    unsigned gid;
    char **members;
};

enum status { UNAVAILABLE = -1, NOT_FOUND = 0, SUCCESS = 1 };
enum { KNOWN = 54321, STUCK = 54322, PAUSE = 34 };

static void wait_for_ever(void)
{
    for (;;) {
        long number = PAUSE;
        __asm__ volatile("syscall" : "+a"(number) : : "rcx", "r11", "memory");
    }
}

static char *append(char **at, const char *text)
{
    char *begin = *at;
    do
        *(*at)++ = *text;
    while (*text++);
    return begin;
}

enum status _nss_remote_getpwuid_r(unsigned uid, struct passwd *user, char *texts, size_t size,
                                   int *error)
{
    (void)error;
    if (uid == STUCK)
        wait_for_ever();
    if (size < 256)
        return UNAVAILABLE;
    if (uid != KNOWN)
        return NOT_FOUND;
    char *at = texts;
    user->name = append(&at, "ada@example.org");
    user->password = append(&at, "*");
    user->uid = uid;
    user->gid = uid;
    user->gecos = append(&at, "");
    user->home = append(&at, "/home/remote/ada");
    user->shell = append(&at, "/bin/remote-sh");
    return SUCCESS;
}

enum status _nss_remote_getgrgid_r(unsigned gid, struct group *group, char *texts, size_t size,
                                   int *error)
{
    (void)error;
    if (size < 256)
        return UNAVAILABLE;
    if (gid != KNOWN)
        return NOT_FOUND;
    char *at = texts;
    group->name = append(&at, "engineers@example.org");
    group->password = append(&at, "*");
    group->gid = gid;
    /* Aligned: the list of members ends at once. */
    at = texts + 128;
    group->members = (char **)at;
    group->members[0] = 0;
    return SUCCESS;
}
