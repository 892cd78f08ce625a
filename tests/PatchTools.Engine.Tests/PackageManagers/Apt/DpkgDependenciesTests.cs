using System.Text.RegularExpressions;
using Xunit;

namespace PatchTools.Engine.Tests.PackageManagers.Apt;

/// <summary>Packages that <c>apt-get check</c> complains of are named beside the verdict, and no others.</summary>
public sealed partial class DpkgDependenciesTests : IDisposable
{
    private readonly AptRoot _root = new("amd64");

    public void Dispose() => _root.Dispose();

    /// <summary>What is beside a package <c>lib</c> 2.0 that provides <c>virtual</c> and <c>exact</c> (= 3).</summary>
    public static TheoryData<string, string> Fields() =>
        new()
        {
            { "Depends: lib", "" },
            { "Depends: lib (>= 2)", "" },
            { "Depends: lib (>= 2.1)", "app needs lib (>= 2.1)" },
            { "Depends: nothing | lib", "" },
            { "Depends: nothing | more", "app needs nothing | more" },
            { "Pre-Depends: nothing", "app needs nothing" },
            { "Depends: virtual", "" },
            { "Depends: virtual (>= 1)", "app needs virtual (>= 1)" },
            { "Depends: exact (>= 3)", "" },
            { "Depends: exact (>= 4)", "app needs exact (>= 4)" },
            { "Depends: lib,\n nothing", "app needs nothing" },
            { "Depends: lib:any", "" },
            { "Recommends: nothing", "" },
            { "Conflicts: lib", "app conflicts with lib" },
            { "Conflicts: lib (<< 2)", "" },
            { "Conflicts: lib (<< 2.1)", "app conflicts with lib (<< 2.1)" },
            { "Conflicts: nothing", "" },
            { "Conflicts: app", "" },
            { "Conflicts: virtual", "app conflicts with virtual" },
            { "Conflicts: virtual (>= 1)", "" },
            { "Conflicts: exact (<< 9)", "app conflicts with exact (<< 9)" },
            { "Provides: mine\nConflicts: mine", "" },
            { "Breaks: lib (<< 3)", "app breaks lib (<< 3)" },
            { "Breaks: lib (<= 1)", "" },
            { "Breaks: nothing, lib", "app breaks lib" },
        };

    [Theory]
    [MemberData(nameof(Fields))]
    public async Task What_apt_get_check_complains_of_is_named(string fields, string problem)
    {
        _root.Write(
            "var/lib/dpkg/status",
            AptRoot.Installed("lib", "2.0", more: "Multi-Arch: allowed\nProvides: virtual, exact (= 3)\n")
                + AptRoot.Installed("app", "1.0", more: fields + "\n")
        );

        var (exitCode, output, error) = _root.Run("apt-get", "check");
        var caution = (await _root.ReadAsync()).Cautions.SingleOrDefault(c =>
            c.StartsWith("Dependencies of", StringComparison.Ordinal)
        );

        Assert.True(problem.Length > 0 == (exitCode != 0), output + error);
        Assert.Equal(Complaint().IsMatch(output), problem.Length > 0);
        if (problem.Length == 0)
            Assert.Null(caution);
        else
            Assert.Contains($": {problem};", caution, StringComparison.Ordinal);
    }

    // app : Depends: nothing but it is not installable
    [GeneratedRegex("^ app : ", RegexOptions.Multiline)]
    private static partial Regex Complaint();
}
