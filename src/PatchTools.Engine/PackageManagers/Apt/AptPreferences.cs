using System.Globalization;
using System.Text.RegularExpressions;
using PatchTools.Errors;

namespace PatchTools.PackageManagers.Apt;

/// <summary>apt_preferences(5): which version apt itself would take. Compliance ignores it; the inventory records it beside the approved version.</summary>
internal sealed class AptPreferences
{
    private const int InstalledPriority = 100;
    private const int DefaultPriority = 500;

    private readonly IReadOnlyList<Pin> _pins;

    private AptPreferences(IReadOnlyList<Pin> pins) => _pins = pins;

    /// <summary>What a pin says of one version's origin.</summary>
    public readonly record struct OriginFacts(PackageOrigin Origin, string Version, bool NotAutomatic, bool ButAutomaticUpgrades);

    /// <summary>The version apt would have installed, and the pin that decided against the newest.</summary>
    public readonly record struct Choice(PackageVersion Version, int Priority, string? Note);

    public static AptPreferences ReadHost(string root, List<string> warnings)
    {
        List<Pin> pins = [];
        List<string> files = [];
        var parts = Path.Combine(root, "etc/apt/preferences.d");
        if (Directory.Exists(parts))
            files.AddRange(Directory.GetFiles(parts).Where(f => Path.GetExtension(f) is "" or ".pref").Order(StringComparer.Ordinal));
        var main = Path.Combine(root, "etc/apt/preferences");
        if (File.Exists(main))
            files.Add(main);
        foreach (var file in files)
        {
            try
            {
                pins.AddRange(Parse(File.ReadAllText(file), file, warnings));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new PatchToolsException(PatchErrors.PackageDatabaseUnreadable, $"{file} cannot be read: {e.Message}", file, e);
            }
        }

        return new AptPreferences(pins);
    }

    // Package: nodejs
    // Pin: origin deb.nodesource.com
    // Pin-Priority: 600
    public static IReadOnlyList<Pin> Parse(string text, string place, List<string> warnings)
    {
        List<Pin> pins = [];
        foreach (var stanza in Deb822.Stanzas(text))
        {
            if (!stanza.TryGetValue("Package", out var packages) || !stanza.TryGetValue("Pin", out var pin)
                || !stanza.TryGetValue("Pin-Priority", out var number) || !int.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var priority))
            {
                warnings.Add($"{place}: a stanza lacks Package, Pin or a whole Pin-Priority; it is left out.");
                continue;
            }

            var space = pin.IndexOf(' ', StringComparison.Ordinal);
            var kind = (space < 0 ? pin : pin[..space]).ToLowerInvariant();
            var expression = space < 0 ? "" : pin[(space + 1)..].Trim();
            if (kind is not ("version" or "release" or "origin"))
            {
                warnings.Add($"{place}: '{pin}' is no pin; it is left out.");
                continue;
            }

            foreach (var package in packages.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
                pins.Add(new Pin(package, kind, expression, priority, place));
        }

        return pins;
    }

    /// <summary>
    /// apt's candidate: highest priority, then newest; a version older than the installed one needs a priority above 1000. Pins of the specific form
    /// beat the general form; within one form the first that matches counts (apt 2.6, pkgPolicy).
    /// </summary>
    /// <returns>Null when every version has a negative or zero priority.</returns>
    public Choice? Choose(PackageEntry package, string name, Func<PackageOrigin, OriginFacts> facts)
    {
        Choice? best = null;
        PackageVersion? installed = null;
        PackageVersion? newest = null;
        foreach (var version in package.Versions)
        {
            if (version.IsInstalled)
                installed = version;
            if (newest is null || DebianVersion.Compare(version.EditionUtf8, newest.Value.EditionUtf8) > 0)
                newest = version;
        }

        foreach (var version in package.Versions)
        {
            var (priority, pin) = PriorityOf(version, name, facts);
            if (priority <= 0)
                continue;
            if (installed is { } current && DebianVersion.Compare(version.EditionUtf8, current.EditionUtf8) < 0 && priority <= 1000)
                continue;
            if (best is not { } known || priority > known.Priority
                || (priority == known.Priority && (DebianVersion.Compare(version.EditionUtf8, known.Version.EditionUtf8) is var order && (order > 0 || (order == 0 && version.IsInstalled)))))
                best = new Choice(version, priority, pin?.ToString());
        }

        if (best is { } choice && newest is { } top && DebianVersion.Compare(choice.Version.EditionUtf8, top.EditionUtf8) >= 0)
            best = choice with { Note = null };
        else if (best is { Note: null } other && newest is { } ignored)
            best = other with { Note = PriorityOf(ignored, name, facts).Pin?.ToString() ?? "its archive is not automatic" };
        return best;
    }

    /// <summary>The pin that forbids a version: what has a negative priority is never installed (apt_preferences(5)). Null when none does.</summary>
    public Pin? Forbidding(PackageVersion version, string name, Func<PackageOrigin, OriginFacts> facts)
    {
        var (priority, pin) = PriorityOf(version, name, facts);
        return priority < 0 ? pin : null;
    }

    private (int Priority, Pin? Pin) PriorityOf(PackageVersion version, string name, Func<PackageOrigin, OriginFacts> facts)
    {
        foreach (var pin in _pins)
        {
            if (pin.IsSpecific && pin.MatchesPackage(name) && pin.Kind == "version" && Glob(pin.Expression, version.Edition))
                return (pin.Priority, pin);
        }

        var priority = int.MinValue;
        Pin? decided = null;
        foreach (var origin in version.Origins)
        {
            var (value, pin) = PriorityOf(facts(origin), name);
            if (value > priority)
                (priority, decided) = (value, pin);
        }

        return (priority, decided);
    }

    private (int Priority, Pin? Pin) PriorityOf(OriginFacts origin, string name)
    {
        foreach (var specific in new[] { true, false })
        {
            foreach (var pin in _pins)
            {
                if (pin.IsSpecific == specific && pin.Kind != "version" && pin.MatchesPackage(name) && !(origin.Origin.IsLocalDatabase && !specific) && pin.MatchesOrigin(origin))
                    return (pin.Priority, pin);
            }
        }

        return (origin.Origin.IsLocalDatabase ? InstalledPriority
            : !origin.NotAutomatic ? DefaultPriority
            : origin.ButAutomaticUpgrades ? InstalledPriority : 1, null);
    }

    private static bool Glob(string pattern, string text) =>
        Regex.IsMatch(text, "^" + Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal) + "$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    /// <summary>One pin of one package pattern.</summary>
    internal sealed record Pin(string Package, string Kind, string Expression, int Priority, string Place)
    {
        public bool IsSpecific => Package != "*";

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"pin {Priority} for {Package} ({Kind} {Expression}) in {Place}");

        public bool MatchesPackage(string name)
        {
            if (Package == "*" || Package == name)
                return true;
            if (Package.Length > 2 && Package[0] == '/' && Package[^1] == '/')
                return Matches(Package[1..^1], name);
            return Package.AsSpan().IndexOfAny("*?[") >= 0 && Glob(Package, name);
        }

        public bool MatchesOrigin(OriginFacts facts)
        {
            var origin = facts.Origin;
            if (Kind == "origin")
            {
                var site = Expression.Trim('"');
                return site.Length == 0 ? origin.Site.Length == 0 && !origin.IsLocalDatabase : Text(site, origin.Site);
            }

            // "a=stable, c=main", or one word: version, archive or codename.
            foreach (var part in Expression.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                var equals = part.IndexOf('=', StringComparison.Ordinal);
                if (equals != 1)
                {
                    if (!(Text(part, facts.Version) || Text(part, origin.Archive) || Text(part, origin.Codename)))
                        return false;
                    continue;
                }

                var value = part[2..];
                var holds = part[0] switch
                {
                    'a' => Text(value, origin.Archive),
                    'n' => Text(value, origin.Codename),
                    'c' => Text(value, origin.Component),
                    'v' => Text(value, facts.Version),
                    'o' => Text(value, origin.Vendor),
                    'l' => Text(value, origin.Label),
                    'b' => Text(value, origin.Architecture),
                    _ => false,
                };
                if (!holds)
                    return false;
            }

            return Expression.Length > 0;
        }

        private static bool Text(string pattern, string text) =>
            pattern.Length > 2 && pattern[0] == '/' && pattern[^1] == '/' ? Matches(pattern[1..^1], text)
            : pattern.AsSpan().IndexOfAny("*?[") >= 0 ? Glob(pattern, text)
            : string.Equals(pattern, text, StringComparison.OrdinalIgnoreCase);

        private static bool Matches(string expression, string text)
        {
            try
            {
                return Regex.IsMatch(text, expression, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
            }
            catch (Exception e) when (e is ArgumentException or RegexMatchTimeoutException)
            {
                throw new PatchToolsException(PatchErrors.PackageDatabaseUnreadable, $"The pin expression /{expression}/ cannot be read: {e.Message}", expression, e);
            }
        }
    }
}
