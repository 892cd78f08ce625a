/*
 * Of everything that the program asks of glibc only three functions have a version above GLIBC_2.17 (they stopped
 * setting errno in 2.29; the program never reads it after them). They are bound to the version before, which every
 * glibc still has. The linker sends every call here: --wrap=log and so on.
 */
#if defined(__x86_64__)
#define OLD "GLIBC_2.2.5"
#elif defined(__aarch64__)
#define OLD "GLIBC_2.17"
#else
#error "the versions of this architecture's glibc are not known here"
#endif

__asm__(".symver old_log, log@" OLD);
__asm__(".symver old_log2, log2@" OLD);
__asm__(".symver old_pow, pow@" OLD);

extern double old_log(double);
extern double old_log2(double);
extern double old_pow(double, double);

double __wrap_log(double number) { return old_log(number); }
double __wrap_log2(double number) { return old_log2(number); }
double __wrap_pow(double base, double exponent) { return old_pow(base, exponent); }
