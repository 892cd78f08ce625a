using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PatchTools.Errors;
using PatchTools.Families.Rpm.Metadata;
using PatchTools.Families.Zypper.Commands;
using PatchTools.Versions;

namespace PatchTools.Families.Zypper.Planning;

/// <summary>The resolver's answer to a request to install: what it would do, or why it cannot.</summary>
internal sealed partial record ZypperAnswer
{
    /// <summary>Empty where there is nothing to do, or no solution.</summary>
    public IReadOnlyList<PlannedChange> Changes { get; init; } = [];

    /// <summary>Changes that take a package to another vendor; among <see cref="Changes"/> too.</summary>
    public IReadOnlyList<PlannedChange> VendorChanges { get; init; } = [];

    /// <summary>What the resolver could not reconcile, one text for each problem, without its solutions.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>Solutions that the resolver offers for the problems; they name what is in the way.</summary>
    public IReadOnlyList<string> Solutions { get; init; } = [];

    /// <summary>Arguments that no visible package fits.</summary>
    public IReadOnlyList<string> Unmatched { get; init; } = [];

    /// <summary>
    /// What else went wrong: not one target's own, and no other set fares better. Null when nothing did.
    /// </summary>
    public string? Failure { get; init; }

    /// <summary>Bytes to be downloaded; null when it does not say.</summary>
    public long? DownloadBytes { get; init; }

    /// <summary>Change of the disk space used by packages, bytes; null when it does not say.</summary>
    public long? InstalledSizeChange { get; init; }

    public bool HasSolution => Problems.Count == 0 && Unmatched.Count == 0 && Failure is null;

    // zypper 1.14.42 --xmlout install --dry-run:
    // <stream>
    // <message type="info">Resolving package dependencies...</message>
    // <install-summary download-size="21992" space-usage-diff="0" packages-to-change="4">
    // <to-upgrade>
    // <solvable type="package" name="d" edition="2.0-1" arch="noarch" edition-old="1.0-1" arch-old="noarch"
    //           summary="x">
    // <description>x</description></solvable>
    // </to-upgrade>
    // <to-install>
    // <solvable type="package" name="newdep" edition="1.0-1" arch="noarch" summary="x">
    // <description>x</description></solvable>
    // </to-install>
    // </install-summary>
    // … to-downgrade, to-remove, to-reinstall, to-change-arch, and to-change-vendor, whose packages stand among the
    // others too Without a solution, exit code 4:
    // <prompt id="1">
    // <description>Problem: nothing provides nothere needed by c-2.0-1.noarch
    //  Solution 1: do not install c-2.0-1.noarch
    //  Solution 2: break c-2.0-1.noarch by ignoring some of its dependencies
    // </description>
    // What nobody offers, exit code 104:
    // <message type="error">Package &apos;nope.noarch=2.0-1&apos; not found.</message>
    /// <param name="exitCode">zypper's.</param>
    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error.</param>
    public static ZypperAnswer Parse(int exitCode, string output, string error)
    {
        List<PlannedChange> changes = [];
        List<PlannedChange> vendorChanges = [];
        List<string> problems = [];
        List<string> solutions = [];
        List<string> errors = [];
        long? download = null;
        long? space = null;
        var hasSummary = false;
        var section = "";
        var type = "";
        var inPrompt = false;
        string? damage = null;
        try
        {
            using var xml = ZypperMessage.Open(output);
            while (xml.Read())
            {
                var tag = xml.Name;
                if (tag.SequenceEqual("prompt"u8))
                    inPrompt = xml.IsStart;
                else if (!xml.IsStart && tag.SequenceEqual("description"u8) && inPrompt)
                    Take(Encoding.UTF8.GetString(xml.Text), problems, solutions);
                else if (!xml.IsStart && tag.SequenceEqual("message"u8) && type == "error")
                    errors.Add(ZypperMessage.OneLine(Encoding.UTF8.GetString(xml.Text)));
                else if (!xml.IsStart)
                    continue;
                else if (tag.SequenceEqual("message"u8))
                    type = Text(xml, "type"u8);
                else if (tag.SequenceEqual("install-summary"u8))
                    (hasSummary, download, space) = (
                        true,
                        Number(xml, "download-size"u8),
                        Number(xml, "space-usage-diff"u8)
                    );
                else if (tag.StartsWith("to-"u8))
                    section = Encoding.UTF8.GetString(tag);
                else if (tag.SequenceEqual("solvable"u8) && hasSummary && Text(xml, "type"u8) == "package")
                    Add(section, xml, changes, vendorChanges);
            }
        }
        catch (PatchToolsException e) when (e.Error == PatchErrors.RepositoryMetadataMalformed)
        {
            damage = e.Message;
        }

        var unmatched = errors
            .Select(e => NotFound().Match(e))
            .Where(m => m.Success)
            .Select(m => m.Groups["argument"].Value)
            .ToList();
        var answered = damage is null && hasSummary && ZypperExitCode.IsSuccess(exitCode) && problems.Count == 0;
        return new ZypperAnswer
        {
            Changes = answered ? changes : [],
            VendorChanges = answered ? vendorChanges : [],
            Problems = answered ? [] : [.. problems.Distinct(StringComparer.Ordinal)],
            Solutions = answered ? [] : solutions,
            Unmatched = answered ? [] : unmatched,
            Failure =
                answered || problems.Count > 0 || unmatched.Count > 0
                    ? null
                    : errors.LastOrDefault()
                        ?? damage
                        ?? LastLine(error)
                        ?? $"it ended with {ZypperExitCode.Describe(exitCode)} and gave no reason",
            DownloadBytes = download,
            InstalledSizeChange = space,
        };
    }

    /// <summary>The problems that name the version, else all of them, in one sentence.</summary>
    public string Reason(PatchTarget target)
    {
        if (Unmatched.Any(u => u == ZypperCommands.Spec(target.Name, target.Architecture, target.Edition)))
            return $"no enabled repository offers {target.Name} {target.Edition}";
        var own = Problems.Where(p => Names(p, target)).ToList();
        var texts = own.Count > 0 ? own : Problems;
        var locks = Solutions.Any(s => s.StartsWith("remove lock", StringComparison.Ordinal))
            ? [Solutions.First(s => s.StartsWith("remove lock", StringComparison.Ordinal))]
            : (string[])[];
        return texts.Count > 0 ? string.Join("; ", texts.Concat(locks)) : Failure ?? "it gave no reason";
    }

    /// <summary>The target is what a problem is about, or what the resolver proposes to leave out.</summary>
    public bool Blames(PatchTarget target) =>
        Unmatched.Contains(ZypperCommands.Spec(target.Name, target.Architecture, target.Edition))
        || Problems.Any(p => Names(p, target))
        || Solutions.Any(s =>
            s.StartsWith("do not ", StringComparison.Ordinal)
            && (
                Names(s, target)
                || s.EndsWith($" {target.Name}.{target.Architecture} = {target.Edition}", StringComparison.Ordinal)
            )
        );

    /// <summary>Whether a problem names any version of the package.</summary>
    public bool Mentions(string name) =>
        Problems.Any(p =>
            p.Split([' ', ',', '[', '\''], StringSplitOptions.RemoveEmptyEntries)
                .Any(word => word == name || word.StartsWith(name + "-", StringComparison.Ordinal))
        );

    /// <summary>
    /// <c>Problem: 1: …</c> with what belongs to it on indented lines, then <c> Solution 1: …</c> with its actions on
    /// lines of their own.
    /// </summary>
    private static void Take(string description, List<string> problems, List<string> solutions)
    {
        var target = problems;
        foreach (var line in description.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0))
        {
            if (ProblemLine().Match(line) is { Success: true } problem)
            {
                problems.Add(problem.Groups["text"].Value);
                target = problems;
            }
            else if (SolutionLine().Match(line) is { Success: true } solution)
            {
                if (!solution.Groups["text"].Value.StartsWith("Following actions", StringComparison.Ordinal))
                    solutions.Add(solution.Groups["text"].Value);
                target = solutions;
            }
            else if (target == solutions)
            {
                solutions.Add(line);
            }
            else if (problems.Count > 0)
            {
                problems[^1] += $"; {line}";
            }
        }
    }

    private static void Add(
        string section,
        XmlScanner xml,
        List<PlannedChange> changes,
        List<PlannedChange> vendorChanges
    )
    {
        var (edition, old) = (Text(xml, "edition"u8), Text(xml, "edition-old"u8));
        var isRemoval = section == "to-remove";
        var order = old.Length == 0 ? 1 : RpmVersion.Order.Compare(edition, old);
        var change = new PlannedChange
        {
            Action = (isRemoval, old.Length, order) switch
            {
                (true, _, _) => PlannedAction.Remove,
                (_, 0, _) => PlannedAction.Install,
                (_, _, < 0) => PlannedAction.Downgrade,
                _ => PlannedAction.Upgrade,
            },
            Name = Text(xml, "name"u8),
            Architecture = Text(xml, "arch"u8),
            FromArchitecture = Text(xml, "arch-old"u8) is { Length: > 0 } before ? before : Text(xml, "arch"u8),
            FromVersion = isRemoval ? edition : old,
            ToVersion = isRemoval ? "" : edition,
        };
        if (section == "to-change-vendor")
            vendorChanges.Add(change);
        if (
            !changes.Exists(c =>
                c.Name == change.Name && c.Architecture == change.Architecture && c.ToVersion == change.ToVersion
            )
        )
            changes.Add(change);
    }

    private static bool Names(string text, PatchTarget target)
    {
        var nevra = $"{target.Name}-{target.Edition}.{target.Architecture}";
        return text.Split([' ', ',', '[', '\'', ';'], StringSplitOptions.RemoveEmptyEntries)
            .Contains(nevra, StringComparer.Ordinal);
    }

    private static string? LastLine(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault();

    private static string Text(XmlScanner xml, ReadOnlySpan<byte> attribute) =>
        Encoding.UTF8.GetString(xml.Attribute(attribute));

    private static long? Number(XmlScanner xml, ReadOnlySpan<byte> attribute) =>
        long.TryParse(Text(xml, attribute), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    [GeneratedRegex(@"^Problem: (?:[0-9]+: )?(?<text>.+)$", RegexOptions.CultureInvariant)]
    private static partial Regex ProblemLine();

    [GeneratedRegex(@"^Solution [0-9]+: (?<text>.+)$", RegexOptions.CultureInvariant)]
    private static partial Regex SolutionLine();

    [GeneratedRegex(
        @"^(?:Package '(?<argument>[^']+)' not found\.|No provider of '(?<argument>[^']+)' found\.)$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex NotFound();
}
