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
        var rows = new Rows();
        foreach (var line in output.Split('\n'))
        {
            if (!rows.Take(line.TrimEnd()))
                break;
        }

        return rows.Whole();
    }

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

    /// <summary>What was read so far.</summary>
    private sealed class Rows
    {
        private readonly List<PlannedChange> _changes = [];
        private readonly Dictionary<string, int> _counted = new(StringComparer.Ordinal);
        private readonly List<PlannedChange> _obsoleted = [];
        private int _replaced;
        private int _skipped;

        /// <summary>Of the present section; null where its packages are no change.</summary>
        private PlannedAction? _action;
        private bool _isSummary;

        /// <summary>False behind the end of the summary.</summary>
        public bool Take(string line)
        {
            if (line == "Transaction Summary:")
                _isSummary = true;
            else if (_isSummary)
                return Count(line);
            else if (SectionLine().Match(line) is { Success: true } section)
                _action = ActionOf(section.Groups["what"].Value);
            else if (ReplacedLine().Match(line) is { Success: true } old)
                Replace(old);
            else if (PackageLine().Match(line) is { Success: true } package)
                Add(package);
            return true;
        }

        /// <summary>Null where the summary counts other numbers.</summary>
        public List<PlannedChange>? Whole()
        {
            var isWhole =
                Counts("Installing", PlannedAction.Install)
                && Counts("Upgrading", PlannedAction.Upgrade)
                && Counts("Downgrading", PlannedAction.Downgrade)
                && Counts("Removing", PlannedAction.Remove)
                && _counted.GetValueOrDefault("Replacing") == _replaced
                && _counted.GetValueOrDefault("Skipping") + _counted.GetValueOrDefault("Reinstalling") <= _skipped;
            return isWhole
                ? [.. _changes, .. _obsoleted.DistinctBy(o => (o.Name, o.Architecture, o.FromVersion))]
                : null;
        }

        private bool Counts(string word, PlannedAction of) =>
            _counted.GetValueOrDefault(word) == _changes.Count(c => c.Action == of);

        private bool Count(string line)
        {
            if (SummaryLine().Match(line) is not { Success: true } sum)
                return _counted.Count == 0;
            _counted[sum.Groups["what"].Value] = int.Parse(sum.Groups["count"].Value, CultureInfo.InvariantCulture);
            return true;
        }

        private static PlannedAction? ActionOf(string section) =>
            section switch
            {
                "Installing" => PlannedAction.Install,
                "Upgrading" => PlannedAction.Upgrade,
                "Downgrading" => PlannedAction.Downgrade,
                "Removing" => PlannedAction.Remove,
                _ => null,
            };

        /// <summary>The version before the package of the line above, or another package that goes for it.</summary>
        private void Replace(Match old)
        {
            _replaced++;
            var (name, edition) = (old.Groups["name"].Value, Edition(old));
            if (
                _changes.Count > 0
                && _changes[^1].Name == name
                && _changes[^1].Action is PlannedAction.Upgrade or PlannedAction.Downgrade
            )
                _changes[^1] = _changes[^1] with { FromVersion = edition, FromArchitecture = old.Groups["arch"].Value };
            else if (_action is not null)
                _obsoleted.Add(
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

        private void Add(Match package)
        {
            if (_action is not { } known)
            {
                _skipped++;
                return;
            }

            var isRemoval = known == PlannedAction.Remove;
            _changes.Add(
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

        private static string Edition(Match row) =>
            row.Groups["evr"].Value is var edition && edition.StartsWith("0:", StringComparison.Ordinal)
                ? edition[2..]
                : edition;
    }
}
