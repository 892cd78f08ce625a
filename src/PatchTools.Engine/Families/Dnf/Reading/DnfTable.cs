using System.Globalization;
using System.Text.RegularExpressions;

namespace PatchTools.Families.Dnf.Reading;

/// <summary>
/// The table in which dnf 5 says what it would do. Its summary must count as many packages as were read from it.
/// </summary>
internal static partial class DnfTable
{
    /// <summary>Of a removal because something in the transaction obsoletes the package.</summary>
    public const string ReplacedNote = "replaced (another package of the transaction obsoletes it)";

    /// <summary>Null where table and summary differ: what cannot be read whole is not a plan.</summary>
    public static List<PlannedChange>? Read(string output)
    {
        List<PlannedChange> changes = [];
        Dictionary<string, int> counted = new(StringComparer.Ordinal);
        List<PlannedChange> obsoleted = [];
        var replaced = 0;
        var skipped = 0;
        PlannedAction? action = null;
        var isSummary = false;
        foreach (var raw in output.Split('\n'))
        {
            var line = raw.TrimEnd();
            if (line == "Transaction Summary:")
            {
                isSummary = true;
            }
            else if (isSummary)
            {
                if (SummaryLine().Match(line) is { Success: true } sum)
                    counted[sum.Groups["what"].Value] = int.Parse(
                        sum.Groups["count"].Value,
                        CultureInfo.InvariantCulture
                    );
                else if (counted.Count > 0)
                    break;
            }
            else if (SectionLine().Match(line) is { Success: true } section)
            {
                action = section.Groups["what"].Value switch
                {
                    "Installing" => PlannedAction.Install,
                    "Upgrading" => PlannedAction.Upgrade,
                    "Downgrading" => PlannedAction.Downgrade,
                    "Removing" => PlannedAction.Remove,
                    _ => null,
                };
            }
            else if (ReplacedLine().Match(line) is { Success: true } old)
            {
                replaced++;
                var (name, edition) = (old.Groups["name"].Value, Edition(old));
                if (
                    changes.Count > 0
                    && changes[^1].Name == name
                    && changes[^1].Action is PlannedAction.Upgrade or PlannedAction.Downgrade
                )
                    changes[^1] = changes[^1] with
                    {
                        FromVersion = edition,
                        FromArchitecture = old.Groups["arch"].Value,
                    };
                else if (action is not null)
                    obsoleted.Add(
                        new PlannedChange
                        {
                            Action = PlannedAction.Remove,
                            Name = name,
                            Architecture = old.Groups["arch"].Value,
                            FromVersion = edition,
                            Note = ReplacedNote,
                        }
                    );
            }
            else if (PackageLine().Match(line) is { Success: true } package)
            {
                if (action is not { } known)
                {
                    skipped++;
                    continue;
                }

                var isRemoval = known == PlannedAction.Remove;
                changes.Add(
                    new PlannedChange
                    {
                        Action = known,
                        Name = package.Groups["name"].Value,
                        Architecture = package.Groups["arch"].Value,
                        FromVersion = isRemoval ? Edition(package) : "",
                        ToVersion = isRemoval ? "" : Edition(package),
                        Repository = isRemoval ? "" : package.Groups["repository"].Value,
                    }
                );
            }
        }

        var isWhole =
            Counts("Installing", PlannedAction.Install)
            && Counts("Upgrading", PlannedAction.Upgrade)
            && Counts("Downgrading", PlannedAction.Downgrade)
            && Counts("Removing", PlannedAction.Remove)
            && counted.GetValueOrDefault("Replacing") == replaced
            && counted.GetValueOrDefault("Skipping") + counted.GetValueOrDefault("Reinstalling") <= skipped;
        return isWhole ? [.. changes, .. obsoleted.DistinctBy(o => (o.Name, o.Architecture, o.FromVersion))] : null;

        bool Counts(string word, PlannedAction of) =>
            counted.GetValueOrDefault(word) == changes.Count(c => c.Action == of);
    }

    private static string Edition(Match row) =>
        row.Groups["evr"].Value is var edition && edition.StartsWith("0:", StringComparison.Ordinal)
            ? edition[2..]
            : edition;

    [GeneratedRegex(@"^(?<what>[A-Z][a-z]+)(?: [a-z/]+)*:$", RegexOptions.CultureInvariant)]
    private static partial Regex SectionLine();

    [GeneratedRegex(
        @"^ +(?<name>\S+) +(?<arch>[A-Za-z0-9_]+) +(?<evr>[^\s-]+-[^\s-]+)(?: +(?<repository>\S+))? +[0-9.]+ "
            + @"+[KMGT]?i?B$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex PackageLine();

    [GeneratedRegex(
        @"^ +replacing (?<name>\S+) +(?<arch>[A-Za-z0-9_]+) +(?<evr>[^\s-]+-[^\s-]+)(?: |$)",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex ReplacedLine();

    [GeneratedRegex(@"^ (?<what>[A-Z][a-z]+): +(?<count>[0-9]{1,6}) packages?$", RegexOptions.CultureInvariant)]
    private static partial Regex SummaryLine();
}
