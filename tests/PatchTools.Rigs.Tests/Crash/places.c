/*
 * Counts the calls of one process that change what lies below some directories, and at the one that it is told to, ends the process or lets
 * the call fail. Preloaded: .NET's runtime calls libc by name, and what the module itself calls the runtime looks up with dlsym.
 *
 *   PLACES_BELOW  directories and files, with colons between
 *   PLACES_LOG    file that gets a line for each place: its number, the call, the path
 *   PLACES_AT     number of the place; 0 for none
 *   PLACES_ERROR  error number of the call there; 0 ends the process, a write in its middle
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_int s_count;
static int s_at, s_error, s_log = -1;
static const char *s_below;

__attribute__((constructor)) static void begin(void)
{
    const char *log = getenv("PLACES_LOG");
    s_below = getenv("PLACES_BELOW");
    s_at = getenv("PLACES_AT") ? atoi(getenv("PLACES_AT")) : 0;
    s_error = getenv("PLACES_ERROR") ? atoi(getenv("PLACES_ERROR")) : 0;
    if (log)
        s_log = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int is_below(const char *path)
{
    if (!s_below || !path)
        return 0;
    for (const char *p = s_below; *p;)
    {
        size_t n = strcspn(p, ":");
        if (n && !strncmp(p, path, n) && (path[n] == 0 || path[n] == '/'))
            return 1;
        p += n;
        if (*p)
            p++;
    }
    return 0;
}

static void of_descriptor(int fd, char *out)
{
    char link[64];
    ssize_t n;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    n = syscall(SYS_readlinkat, AT_FDCWD, link, out, PATH_MAX - 1);
    out[n > 0 ? n : 0] = 0;
}

static void of_path(int directory, const char *path, char *out)
{
    const char *held = "/proc/self/fd/";
    if (!path)
        path = "";
    if (!strncmp(path, held, strlen(held)))
    {
        char *rest;
        of_descriptor((int)strtol(path + strlen(held), &rest, 10), out);
        strncat(out, rest, PATH_MAX - strlen(out) - 1);
        return;
    }
    if (*path == '/')
    {
        snprintf(out, PATH_MAX, "%s", path);
        return;
    }
    if (directory == AT_FDCWD)
        syscall(SYS_getcwd, out, (size_t)PATH_MAX);
    else
        of_descriptor(directory, out);
    if (*path)
    {
        strncat(out, "/", PATH_MAX - strlen(out) - 1);
        strncat(out, path, PATH_MAX - strlen(out) - 1);
    }
}

static void die(void)
{
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

/* 0: go on; 1: fail with errno set; 2: die after half. */
static int visit(const char *call, const char *path, int halves)
{
    int number;
    if (!is_below(path))
        return 0;
    number = atomic_fetch_add(&s_count, 1) + 1;
    if (s_log >= 0)
    {
        char line[PATH_MAX + 64];
        int n = snprintf(line, sizeof line, "%d %s %s\n", number, call, path);
        syscall(SYS_write, s_log, line, (size_t)n);
    }
    if (number != s_at)
        return 0;
    if (s_error)
    {
        errno = s_error;
        return 1;
    }
    if (halves)
        return 2;
    die();
    return 0;
}

static void *(*s_dlsym)(void *, const char *);

static void *next(const char *name)
{
    static const char *versions[] = { "GLIBC_2.34", "GLIBC_2.17", "GLIBC_2.2.5" };
    for (unsigned i = 0; !s_dlsym && i < sizeof versions / sizeof *versions; i++)
        s_dlsym = (void *(*)(void *, const char *))dlvsym(RTLD_NEXT, "dlsym", versions[i]);
    return s_dlsym(RTLD_NEXT, name);
}

#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))next(#name)
#define CHANGES(flags) (((flags) & O_ACCMODE) != O_RDONLY || ((flags) & (O_CREAT | O_TRUNC)))
#define AT_PLACE(call, directory, path) \
    do { char full[PATH_MAX]; of_path(directory, path, full); if (visit(call, full, 0)) return -1; } while (0)
#define FD_PLACE(call, fd) do { char full[PATH_MAX]; of_descriptor(fd, full); if (visit(call, full, 0)) return -1; } while (0)

#define OPEN(name) \
    int name(const char *path, int flags, ...) \
    { \
        mode_t mode = 0; \
        REAL(name); \
        if (flags & (O_CREAT | O_TMPFILE)) { va_list a; va_start(a, flags); mode = va_arg(a, mode_t); va_end(a); } \
        if (CHANGES(flags)) AT_PLACE("open", AT_FDCWD, path); \
        return real(path, flags, mode); \
    }
#define OPENAT(name) \
    int name(int directory, const char *path, int flags, ...) \
    { \
        mode_t mode = 0; \
        REAL(name); \
        if (flags & (O_CREAT | O_TMPFILE)) { va_list a; va_start(a, flags); mode = va_arg(a, mode_t); va_end(a); } \
        if (CHANGES(flags)) AT_PLACE("open", directory, path); \
        return real(directory, path, flags, mode); \
    }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

int creat(const char *path, mode_t mode)
{
    REAL(creat);
    AT_PLACE("open", AT_FDCWD, path);
    return real(path, mode);
}

#define WRITING(call, fd, half) \
    do { char full[PATH_MAX]; of_descriptor(fd, full); \
        switch (visit(call, full, 1)) { case 1: return -1; case 2: half; die(); } } while (0)

ssize_t write(int fd, const void *bytes, size_t n)
{
    REAL(write);
    WRITING("write", fd, real(fd, bytes, n / 2));
    return real(fd, bytes, n);
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
    REAL(pwrite);
    WRITING("write", fd, real(fd, bytes, n / 2, at));
    return real(fd, bytes, n, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at)
{
    REAL(pwrite64);
    WRITING("write", fd, real(fd, bytes, n / 2, at));
    return real(fd, bytes, n, at);
}

ssize_t writev(int fd, const struct iovec *parts, int n)
{
    REAL(writev);
    WRITING("write", fd, real(fd, parts, n / 2));
    return real(fd, parts, n);
}

ssize_t pwritev(int fd, const struct iovec *parts, int n, off_t at)
{
    REAL(pwritev);
    WRITING("write", fd, real(fd, parts, n / 2, at));
    return real(fd, parts, n, at);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int n, off64_t at)
{
    REAL(pwritev64);
    WRITING("write", fd, real(fd, parts, n / 2, at));
    return real(fd, parts, n, at);
}

int fsync(int fd) { REAL(fsync); FD_PLACE("fsync", fd); return real(fd); }
int fdatasync(int fd) { REAL(fdatasync); FD_PLACE("fsync", fd); return real(fd); }
int ftruncate(int fd, off_t n) { REAL(ftruncate); FD_PLACE("truncate", fd); return real(fd, n); }
int ftruncate64(int fd, off64_t n) { REAL(ftruncate64); FD_PLACE("truncate", fd); return real(fd, n); }
int fchmod(int fd, mode_t mode) { REAL(fchmod); FD_PLACE("chmod", fd); return real(fd, mode); }
int fchown(int fd, uid_t u, gid_t g) { REAL(fchown); FD_PLACE("chown", fd); return real(fd, u, g); }
int futimens(int fd, const struct timespec t[2]) { REAL(futimens); FD_PLACE("utime", fd); return real(fd, t); }
int chmod(const char *p, mode_t mode) { REAL(chmod); AT_PLACE("chmod", AT_FDCWD, p); return real(p, mode); }
int mkdir(const char *p, mode_t mode) { REAL(mkdir); AT_PLACE("mkdir", AT_FDCWD, p); return real(p, mode); }
int mkdirat(int d, const char *p, mode_t mode) { REAL(mkdirat); AT_PLACE("mkdir", d, p); return real(d, p, mode); }
int rmdir(const char *p) { REAL(rmdir); AT_PLACE("unlink", AT_FDCWD, p); return real(p); }
int unlink(const char *p) { REAL(unlink); AT_PLACE("unlink", AT_FDCWD, p); return real(p); }
int unlinkat(int d, const char *p, int f) { REAL(unlinkat); AT_PLACE("unlink", d, p); return real(d, p, f); }
int rename(const char *p, const char *q) { REAL(rename); AT_PLACE("rename", AT_FDCWD, q); return real(p, q); }
int link(const char *p, const char *q) { REAL(link); AT_PLACE("link", AT_FDCWD, q); return real(p, q); }
int symlink(const char *p, const char *q) { REAL(symlink); AT_PLACE("link", AT_FDCWD, q); return real(p, q); }

int renameat(int d, const char *p, int e, const char *q)
{
    REAL(renameat);
    AT_PLACE("rename", e, q);
    return real(d, p, e, q);
}

int renameat2(int d, const char *p, int e, const char *q, unsigned f)
{
    REAL(renameat2);
    AT_PLACE("rename", e, q);
    return real(d, p, e, q, f);
}

int linkat(int d, const char *p, int e, const char *q, int f)
{
    REAL(linkat);
    AT_PLACE("link", e, q);
    return real(d, p, e, q, f);
}

int utimensat(int d, const char *p, const struct timespec t[2], int f)
{
    REAL(utimensat);
    AT_PLACE("utime", d, p);
    return real(d, p, t, f);
}

void *dlsym(void *library, const char *name)
{
    static const struct { const char *name; void *here; } ours[] = {
        { "open", open }, { "open64", open64 }, { "openat", openat }, { "openat64", openat64 }, { "write", write },
        { "pwrite", pwrite }, { "fsync", fsync }, { "ftruncate", ftruncate }, { "fchmod", fchmod }, { "fchown", fchown },
        { "mkdir", mkdir }, { "mkdirat", mkdirat }, { "unlink", unlink }, { "unlinkat", unlinkat }, { "rename", rename },
        { "renameat", renameat }, { "renameat2", renameat2 }, { "linkat", linkat },
    };
    next("dlsym");
    if (library != RTLD_NEXT)
        for (unsigned i = 0; i < sizeof ours / sizeof *ours; i++)
            if (!strcmp(name, ours[i].name))
                return ours[i].here;
    return s_dlsym(library, name);
}
