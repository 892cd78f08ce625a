using PatchTools.Processes;

namespace PatchTools.Families.Rpm.Reading;

/// <summary>
/// Requirements of installed packages that nothing installed meets, and conflicts between installed packages, as rpm's
/// own verification names them: what <c>dnf check</c> and <c>zypper verify</c> complain of.
/// </summary>
internal sealed class RpmDependencies(RpmPlace place, IProcessRunner runner)
{
    private const string Installed = "(installed) ";
    private const string Rpmlib = "rpmlib(";

    /// <summary>More than anybody reads in one line.</summary>
    private const int Named = 20;

    /// <summary>The words of rpm between what a problem is about and the package that has it.</summary>
    private static readonly (string Between, string Verb)[] s_problems =
    [
        (" is needed by ", "needs"),
        (" conflicts with ", "conflicts with"),
        (" is obsoleted by ", "replaces"),
    ];

    /// <summary>One sentence for people; null when everything is met.</summary>
    /// <exception cref="CommandFailedException">rpm cannot be started.</exception>
    public async Task<string?> CautionAsync(CancellationToken cancellationToken)
    {
        var command = new Command(
            "rpm",
            [
                .. place.Options,
                "-Va",
                "--nofiles",
                "--nodigest",
                "--nosignature",
                // A package may bring a script for its verification, an image may bring such a package.
                "--noscripts",
            ]
        )
        {
            // As many as there are packages with a problem, and no more than a process can end with.
            ExpectedExitCodes = [.. Enumerable.Range(0, 256)],
        };
        var problems = Problems((await runner.RunAsync(command, cancellationToken)).StandardOutput);
        if (problems.Count == 0)
            return null;
        var names =
            problems.Count <= Named
                ? string.Join(", ", problems)
                : FormattableString.Invariant(
                    $"{string.Join(", ", problems.Take(Named))} and {problems.Count - Named} more"
                );
        return $"Dependencies of installed packages are not met: {names}; rpm -Va --nofiles names them all.";
    }

    // rpm 4.18.0:
    // Unsatisfied dependencies for aa-1-1.noarch:
    //     nothere >= 2 is needed by (installed) aa-1-1.noarch
    //     aa conflicts with (installed) bb-1-1.noarch
    internal static IReadOnlyList<string> Problems(string output) =>
        [
            .. output
                .Split('\n')
                .Where(line => line.StartsWith('\t'))
                .Select(line => Problem(line.Trim()))
                .OfType<string>()
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>What the rpm of this machine can do says nothing of an image.</summary>
    private static string? Problem(string line)
    {
        if (line.StartsWith(Rpmlib, StringComparison.Ordinal))
            return null;
        foreach (var (between, verb) in s_problems)
        {
            var at = line.LastIndexOf(between, StringComparison.Ordinal);
            if (at <= 0)
                continue;
            var package = line[(at + between.Length)..];
            if (package.StartsWith(Installed, StringComparison.Ordinal))
                package = package[Installed.Length..];
            return $"{package} {verb} {line[..at]}";
        }

        return null;
    }
}
