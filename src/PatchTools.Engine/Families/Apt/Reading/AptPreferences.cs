using System.Globalization;
using PatchTools.Files;
using PatchTools.Hosts;

namespace PatchTools.Families.Apt.Reading;

/// <summary>What a pin looks at.</summary>
internal enum PinKind
{
    Version,
    Release,
    Origin,
}

/// <summary>One pin (apt_preferences(5)) for one name.</summary>
/// <param name="Package">Name or expression; empty for the general form, which sets the priority of whole
/// repositories.</param>
/// <param name="Architecture">As written after the name; empty for the native one.</param>
/// <param name="IsSource">The name is a source package's (<c>src:</c>).</param>
/// <param name="Match">What it selects.</param>
/// <param name="Priority">−32768 to 32767, never 0.</param>
/// <param name="Place"><c>file:line</c>, for people.</param>
internal sealed record AptPin(
    string Package,
    string Architecture,
    bool IsSource,
    PinMatch Match,
    int Priority,
    string Place
)
{
    /// <summary><c>Pin-Priority: never</c>.</summary>
    public const int Never = short.MinValue;

    private readonly AptPattern? _name = AptPattern.IsExpression(Package) ? new AptPattern(Package) : null;

    public bool IsGeneral => Package.Length == 0;

    public bool MatchesPackage(string name, string architecture, string native) =>
        (_name?.Matches(name) ?? Package == name)
        && Architecture switch
        {
            "" or "native" => architecture == native,
            "any" or "*" => true,
            _ => architecture == Architecture || AptPattern.Glob(Architecture, architecture),
        };

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"pin {(Priority == Never ? "never" : Priority.ToString(CultureInfo.InvariantCulture))} for "
                + $"{(IsGeneral ? "*" : Packages)} in {Place}"
        );

    private string Packages => (IsSource ? "src:" : "") + Package + (Architecture.Length > 0 ? ":" + Architecture : "");
}

/// <summary>
/// The data of a pin: <c>version 1.2*</c>, <c>release a=stable,o=Debian</c>, <c>origin "host"</c>
/// (<c>apt-pkg/versionmatch.cc</c>).
/// </summary>
internal sealed class PinMatch
{
    private readonly PinKind _kind;
    private readonly string _data;
    private readonly AptPattern? _pattern;
    private readonly Dictionary<char, AptPattern> _release = [];
    private readonly string _releaseVersion = "";
    private readonly bool _matchesAll;

    public PinMatch(PinKind kind, string data)
    {
        _kind = kind;
        _data = data;
        switch (kind)
        {
            case PinKind.Version:
                _pattern = new AptPattern(VersionText(data));
                break;
            case PinKind.Origin:
                _data = data is ['"', .., '"'] ? data[1..^1] : data;
                _pattern = new AptPattern(_data);
                break;
            default:
                _matchesAll = data == "*";
                if (!_matchesAll)
                    _releaseVersion = ParseRelease(data);
                break;
        }
    }

    /// <summary>Whether the version text is selected; only for pins of that kind.</summary>
    public bool MatchesVersion(string edition) =>
        _kind == PinKind.Version && (HasPrefix(_data, edition) || _pattern!.Matches(edition));

    /// <summary>Whether an index is selected; never for pins on versions.</summary>
    public bool MatchesIndex(AptIndexFacts index)
    {
        if (_kind == PinKind.Origin)
            return !index.IsLocalDatabase && _pattern!.Matches(index.Site);
        if (_kind != PinKind.Release)
            return false;
        if (_matchesAll)
            return true;

        // Of a record whose every field is unknown, apt 2.6 takes dpkg's status for what is meant.
        if (_release.Count == 0 && _releaseVersion.Length == 0)
            return index.IsLocalDatabase;
        if (index.IsLocalDatabase && (_releaseVersion.Length > 0 || _release.Keys.Any(k => k is 'o' or 'l' or 'n')))
            return false;
        if (
            _releaseVersion.Length > 0
            && !HasPrefix(_releaseVersion, index.Version)
            && !new AptPattern(VersionText(_releaseVersion)).Matches(index.Version)
        )
            return false;
        return _release.All(part =>
            part.Key switch
            {
                'o' => part.Value.Matches(index.Origin),
                'a' => part.Value.Matches(index.Archive),
                'n' => part.Value.Matches(index.Codename),
                'l' => part.Value.Matches(index.Label),
                'c' => part.Value.Matches(index.Component),
                'b' => part.Value.Matches(index.Architecture),
                _ => part.Value.Matches(index.Archive) || part.Value.Matches(index.Codename),
            }
        );
    }

    /// <summary>
    /// The text of a version pin without the star that makes it a prefix: what is left is still tried as an expression.
    /// </summary>
    private static string VersionText(string data) => data.EndsWith('*') ? data[..^1] : data;

    private static bool HasPrefix(string data, string? version) =>
        version is not null
        && (
            data.EndsWith('*')
                ? version.StartsWith(data[..^1], StringComparison.OrdinalIgnoreCase)
                : version.Equals(data, StringComparison.OrdinalIgnoreCase)
        );

    /// <summary>Fills the parts; answers the release version that is asked for.</summary>
    private string ParseRelease(string data)
    {
        if (!data.Contains('=', StringComparison.Ordinal))
        {
            if (data.Length > 0 && char.IsAsciiDigit(data[0]))
                return data;
            if (data.Length > 0)
                _release['r'] = new AptPattern(data);
            return "";
        }

        var version = "";
        foreach (var part in data.Split(',', StringSplitOptions.TrimEntries))
        {
            if (part.Length < 3 || part[1] != '=')
                continue;
            var key = char.ToLowerInvariant(part[0]);
            if (key == 'v')
                version = part[2..];
            else if (key is 'o' or 'a' or 'n' or 'l' or 'c' or 'b')
                _release[key] = new AptPattern(part[2..]);
        }

        return version;
    }
}

/// <summary>What pins can see of one index file. A field that the Release file does not have is null.</summary>
internal sealed record AptIndexFacts
{
    public string? Archive { get; init; }

    public string? Version { get; init; }

    public string? Origin { get; init; }

    public string? Codename { get; init; }

    public string? Label { get; init; }

    public string Component { get; init; } = "";

    public string Architecture { get; init; } = "";

    public string Site { get; init; } = "";

    public bool NotAutomatic { get; init; }

    public bool ButAutomaticUpgrades { get; init; }

    /// <summary>For what the source leaves out (<see cref="AptPackageFilter"/>): apt does not know of it.</summary>
    public bool IsHidden { get; init; }

    /// <summary>dpkg's own status, whose archive is called <c>now</c>.</summary>
    public bool IsLocalDatabase { get; init; }
}

/// <summary>The host's pins: <c>preferences</c>, then <c>preferences.d</c> (apt_preferences(5)).</summary>
internal sealed class AptPreferences
{
    private const int MaxFileBytes = 4 << 20;
    private readonly List<AptPin> _pins = [];
    private readonly List<string> _warnings = [];

    /// <summary>In the order that decides: of two that match, the earlier wins.</summary>
    public IReadOnlyList<AptPin> Pins => _pins;

    /// <summary>Records that apt refuses or does not understand, one line each.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    public static AptPreferences Read(HostPaths paths, AptConfiguration configuration)
    {
        var preferences = new AptPreferences();
        // A default release comes before every record of the files.
        if (configuration.Find("APT::Default-Release") is { Length: > 0 } release)
            preferences._pins.Add(
                new AptPin("", "", false, new PinMatch(PinKind.Release, release), 990, "APT::Default-Release")
            );
        var main = paths.InRoot(configuration.FindFile("Dir::Etc::preferences"));
        foreach (
            var file in AptFiles
                .InDirectory(
                    paths.InRoot(configuration.FindFile("Dir::Etc::preferencesparts")),
                    "pref",
                    allowNoExtension: true
                )
                .Prepend(main)
        )
            preferences.ReadFile(file);
        return preferences;
    }

    /// <summary>Pins of one text.</summary>
    public static AptPreferences Parse(string text, string name)
    {
        var preferences = new AptPreferences();
        preferences.ParseText(text, name);
        return preferences;
    }

    private void ReadFile(string path)
    {
        if (path.EndsWith("/dev/null", StringComparison.Ordinal) || !HostFiles.Exists(path))
            return;
        try
        {
            ParseText(AptFiles.ReadText(path, MaxFileBytes), path);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            _warnings.Add($"The preferences file {path} cannot be read: {e.Message}");
        }
    }

    private void ParseText(string text, string name)
    {
        foreach (var stanza in Deb822.Parse(text, allowComments: true))
        {
            var place = $"{name}:{stanza.Line}";
            if (stanza.Count == 0 && stanza.Fault is null)
                continue;
            if (stanza.Fault is null && stanza.Has("Package") && !stanza.Has("Pin"))
                continue;
            if ((stanza.Fault ?? ParseStanza(stanza, place)) is { } fault)
                _warnings.Add($"The record at {place} of apt's preferences is ignored: {fault}.");
        }
    }

    private string? ParseStanza(Deb822Stanza stanza, string place)
    {
        var names = stanza.Words("Package");
        if (names.Length == 0)
            return "it has no Package field";
        var isGeneral = stanza["Package"] == "*";
        var pin = stanza["Pin"];
        var blank = pin.AsSpan().IndexOfAny(" \t\n");
        var kindText = blank < 0 ? pin : pin[..blank];
        PinKind? kind = kindText.ToUpperInvariant() switch
        {
            "VERSION" when !isGeneral => PinKind.Version,
            "RELEASE" => PinKind.Release,
            "ORIGIN" => PinKind.Origin,
            _ => null,
        };
        if (kind is null)
            return $"pin type '{kindText}' is not understood";
        var priorityText = stanza["Pin-Priority"];
        if (priorityText == "never" && !isGeneral)
            return "'Pin-Priority: never' can only be used for 'Package: *'";
        if (Priority(priorityText) is not { } priority)
            return $"'{priorityText}' is not a priority between {short.MinValue} and {short.MaxValue}, other than 0";
        var match = new PinMatch(kind.Value, blank < 0 ? "" : pin[blank..].Trim());
        if (isGeneral)
        {
            _pins.Add(new AptPin("", "", false, match, priority, place));
            return null;
        }

        foreach (var written in names)
        {
            var isSource = written.StartsWith("src:", StringComparison.Ordinal);
            var name = isSource ? written["src:".Length..] : written;
            var colon = name.LastIndexOf(':');
            _pins.Add(
                new AptPin(
                    colon < 0 ? name : name[..colon],
                    colon < 0 ? "" : name[(colon + 1)..],
                    isSource,
                    match,
                    priority,
                    place
                )
            );
        }

        return null;
    }

    private static int? Priority(string text)
    {
        if (text == "never")
            return AptPin.Never;
        if (
            !int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var priority)
            || priority is 0 or < short.MinValue or > short.MaxValue
        )
            return null;
        return Math.Max(priority, AptPin.Never + 1);
    }
}
