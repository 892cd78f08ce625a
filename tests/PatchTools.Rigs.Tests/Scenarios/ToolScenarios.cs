using System.Reflection;

namespace PatchTools.Rigs.Tests.Scenarios;

/// <summary>
/// A scenario that matters most: of every three tools of other releases one goes through it on every change, by seed.
/// The others are tried on the machine's own tools, and on the rest a few by seed. <c>.ci/long</c> tries all on all.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OnEveryToolAttribute : Attribute;

/// <summary>
/// A scenario of which <c>.ci/run</c> tries a sample, by seed, on the machine's own tools as well.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SampledAttribute : Attribute;

/// <summary>
/// Scenarios of one family, to be tried on the tools of several releases: a class of each system says which. With
/// <c>PATCHTOOLS_RIG_RESULTS</c> every result is a line of that file, system, scenario and result with a tab between:
/// what the table in <c>tests/Rigs/README.md</c> is written from.
/// </summary>
public abstract class ToolScenarios : IDisposable
{
    /// <summary>One of so many is tried where all of them would take too long.</summary>
    private const uint SampleOneOf = 40;

    /// <summary>The same for scenarios that matter most.</summary>
    private const uint MostImportantOneOf = 3;

    private static readonly Lock s_results = new();
    private string? _heading;

    internal abstract RigSystem System { get; }

    /// <summary>Name of the file that takes the results; null where nobody wants them.</summary>
    internal static string? ResultsFile { get; } =
        Environment.GetEnvironmentVariable("PATCHTOOLS_RIG_RESULTS") is { Length: > 0 } file ? file : null;

    internal RpmScenarioHost DnfHost(byte[]? snapshot = null, OverlayOptions? options = null, bool isSigned = false)
    {
        Begin();
        return new RpmScenarioHost(snapshot, options, isSigned, System);
    }

    internal ScenarioHost AptHost(byte[]? snapshot = null, string? product = null, OverlayOptions? options = null)
    {
        Begin();
        return new ScenarioHost(snapshot, product ?? System.Product, options, System);
    }

    internal ZypperScenarioHost ZypperHost(
        byte[]? snapshot = null,
        OverlayOptions? options = null,
        bool isSigned = false
    )
    {
        Begin();
        return new ZypperScenarioHost(snapshot, options, isSigned, System);
    }

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        var test = TestContext.Current;
        if (ResultsFile is null || _heading is null || test.TestState is not { } state || test.Test is null)
            return;
        var name = test.Test.TestDisplayName;
        var scenario = name[(name.IndexOf(GetType().Name, StringComparison.Ordinal) + GetType().Name.Length + 1)..];
        lock (s_results)
            File.AppendAllText(
                ResultsFile,
                $"{_heading}\t{scenario.Replace('_', ' ')}\t{state.Result}\n".Replace('|', '/')
            );
    }

    /// <summary>The words of dnf 5, or those of the others.</summary>
    internal string Dnf5Or(string dnf5, string other) => System.Tool == "dnf5" ? dnf5 : other;

    /// <summary>The words of zypper from 1.14.89 on, or those of the one before.</summary>
    internal string LaterZypperOr(string later, string earlier) =>
        System.Release is null || System.Release == DebianRelease.Bullseye ? earlier : later;

    /// <summary>A program of the root itself: one of the machine's own may want a later libc.</summary>
    /// <param name="name">Its file below /usr/bin, or below /bin where a release keeps the two apart.</param>
    internal byte[] Program(string name)
    {
        var root = DebianRoot.Folder(System.Packages, System.Release);
        var path = Path.Combine(root, "usr/bin", name);
        return File.ReadAllBytes(File.Exists(path) ? path : Path.Combine(root, "bin", name));
    }

    private void Begin()
    {
        if (!PatchTools.Rigs.Tests.Crash.Places.IsExhaustive && !IsInSample(OneOf()))
            Assert.Skip($"on the tools of {System.Distribution} this scenario is tried by .ci/long");
        _heading = System.Heading(DebianRoot.Folder(System.Packages, System.Release));
    }

    private uint OneOf()
    {
        if (Has<OnEveryToolAttribute>())
            return System.Release is null ? 1 : MostImportantOneOf;
        return System.Release is not null || Has<SampledAttribute>() ? SampleOneOf : 1;
    }

    /// <summary>By the seed of the random hosts and the test's own name, FNV-1a.</summary>
    private static bool IsInSample(uint oneOf)
    {
        var seed = Environment.GetEnvironmentVariable("PATCHTOOLS_SEED") is { Length: > 0 } text ? text : "20261130";
        var hash = 2166136261;
        foreach (var character in seed + TestContext.Current.Test?.TestDisplayName)
            hash = unchecked((hash ^ character) * 16777619);
        return hash % oneOf == 0;
    }

    private static bool Has<T>()
        where T : Attribute =>
        (TestContext.Current.TestMethod as Xunit.v3.IXunitTestMethod)?.Method.GetCustomAttribute<T>() is not null;
}
