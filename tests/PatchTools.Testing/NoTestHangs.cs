using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using PatchTools.Testing;
using Xunit;
using Xunit.v3;

[assembly: NoTestHangs]

namespace PatchTools.Testing;

/// <summary>
/// The last word where a wait has no deadline of its own: a test that takes longer than any may ends the run of its
/// assembly, with its name. Compiled into every test assembly.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
internal sealed class NoTestHangsAttribute : BeforeAfterTestAttribute
{
    private static readonly ConcurrentDictionary<string, long> s_running = new(StringComparer.Ordinal);

    private static readonly Timer s_watch = new(_ => Look(), null, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10));

    /// <summary>The longest ones build roots; every place to die and to fail at takes hours.</summary>
    private static readonly TimeSpan s_longest =
        Environment.GetEnvironmentVariable("PATCHTOOLS_LONG") == "1" ? TimeSpan.FromHours(6) : TimeSpan.FromMinutes(20);

    public override void Before(MethodInfo methodUnderTest, IXunitTest test)
    {
        GC.KeepAlive(s_watch);
        s_running[$"{test.TestDisplayName} {test.UniqueID}"] = Stopwatch.GetTimestamp();
    }

    public override void After(MethodInfo methodUnderTest, IXunitTest test) =>
        s_running.TryRemove($"{test.TestDisplayName} {test.UniqueID}", out _);

    private static void Look()
    {
        foreach (var (test, since) in s_running)
        {
            if (Stopwatch.GetElapsedTime(since) > s_longest)
                Environment.FailFast(
                    string.Create(CultureInfo.InvariantCulture, $"{test} hangs: it runs for {s_longest} and longer.")
                );
        }
    }
}
