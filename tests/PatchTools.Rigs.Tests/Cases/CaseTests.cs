using System.Globalization;
using System.Text.RegularExpressions;

namespace PatchTools.Rigs.Tests.Cases;

/// <summary>
/// Small hosts that people met, each built below a temporary folder and judged by the staged module in the real shell.
/// </summary>
public sealed class CaseTests(CaseRuns runs) : IClassFixture<CaseRuns>
{
    public static TheoryData<string> Names => [.. CaseFile.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_small_host_is_judged_right(string name)
    {
        NeedsTools();
        Holds(name, (await runs.RunOf(name)).Module);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_small_host_is_judged_right_by_the_program_too(string name)
    {
        NeedsTools();
        NativeProgram.Need();
        Holds(name, (await runs.RunOf(name)).Program);
    }

    private static void NeedsTools()
    {
        Rig.NeedsRoot();
        Rig.NeedsCommands(
            "bash",
            "python3",
            "pwsh",
            "rpm",
            "rpmbuild",
            "createrepo_c",
            "modifyrepo_c",
            "dnf",
            "zypper"
        );
    }

    private static void Holds(string name, string output)
    {
        var expected = CaseFile.Read(name);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(
            Array.Exists(lines, l => Regex.IsMatch(l, "^(verdict|error|== plan|scan:)")),
            $"{name} did not run:\n{output}"
        );
        var unmet = expected.Want.Where(want => !IsMet(want, lines)).ToList();
        Assert.True(unmet.Count == 0, $"{name}: {string.Join("; ", unmet)}\nRight is: {expected.Expected}\n{output}");
    }

    // + ERE: some line matches; ++ N ERE: at least N lines do; - ERE: none does.
    private static bool IsMet(string want, string[] lines)
    {
        var words = want.Split(' ', 2);
        if (words[0] == "++")
        {
            var parts = words[1].Split(' ', 2);
            return Count(parts[1]) >= int.Parse(parts[0], CultureInfo.InvariantCulture);
        }

        return words[0] == "+" ? Count(words[1]) > 0 : Count(words[1]) == 0;

        int Count(string pattern) => lines.Count(l => Regex.IsMatch(l, pattern, RegexOptions.ExplicitCapture));
    }
}
