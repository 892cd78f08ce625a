using PatchTools.Files;
using PatchTools.Hosts;

namespace PatchTools.Families.Apt.Reading;

/// <summary>Architectures of a host: its own and those whose packages it takes beside.</summary>
/// <param name="Native">dpkg's name of the host's own architecture.</param>
/// <param name="Configured">Native first, then foreign ones.</param>
internal sealed record AptArchitectures(string Native, IReadOnlyList<string> Configured);

/// <summary>
/// A part of the sources that apt refuses. apt then does nothing at all; the reading goes on without the part, and
/// proves nothing.
/// </summary>
/// <param name="Place"><c>file:line</c>.</param>
/// <param name="Fault">What is wrong.</param>
internal sealed record AptSourceFault(string Place, string Fault);

/// <summary>
/// Enabled repositories of a host: <c>sources.list</c>, then <c>sources.list.d/*.list</c> and <c>*.sources</c>
/// (sources.list(5)), in apt's order and with apt's rules (<c>apt-pkg/sourcelist.cc</c>, <c>deb/debmetaindex.cc</c>).
/// </summary>
internal sealed class AptSources
{
    private const int MaxFileBytes = 4 << 20;

    /// <summary>Paragraphs multiply their URIs, suites and components; nobody means more than this.</summary>
    private const int MaxParts = 10_000;

    private static readonly string[] s_extensions = ["list", "sources"];

    /// <summary>Fields of a paragraph and the options of a line that they stand for.</summary>
    private static readonly (string Field, string Option, bool IsList)[] s_fields =
    [
        ("Architectures", "arch", true),
        ("Architectures-Add", "arch+", true),
        ("Architectures-Remove", "arch-", true),
        ("Trusted", "trusted", false),
        ("Allow-Insecure", "allow-insecure", false),
        ("Check-Valid-Until", "check-valid-until", false),
        ("Valid-Until-Min", "valid-until-min", false),
        ("Valid-Until-Max", "valid-until-max", false),
        ("Check-Date", "check-date", false),
        ("Signed-By", "signed-by", false),
        ("Targets", "target", true),
        ("Targets-Add", "target+", true),
        ("Targets-Remove", "target-", true),
        ("Languages", "lang", true),
        ("Languages-Add", "lang+", true),
        ("Languages-Remove", "lang-", true),
        ("PDiffs", "pdiffs", false),
        ("By-Hash", "by-hash", false),
        ("Allow-Weak", "allow-weak", false),
        ("Allow-Downgrade-To-Insecure", "allow-downgrade-to-insecure", false),
        ("Date-Max-Future", "date-max-future", false),
        ("InRelease-Path", "inrelease-path", false),
        ("Include", "include", true),
        ("Exclude", "exclude", true),
    ];

    private readonly List<AptRepository> _repositories = [];
    private readonly Dictionary<string, AptRepository> _byFileName = new(StringComparer.Ordinal);
    private readonly List<AptSourceEntry> _entries = [];
    private readonly List<AptSourceFault> _faults = [];
    private readonly List<AptSourceFault> _filterFaults = [];
    private string _place = "";
    private int _parts;
    private readonly AptArchitectures _architectures;

    private AptSources(AptArchitectures architectures) => _architectures = architectures;

    /// <summary>Repositories that offer binary packages, in apt's order.</summary>
    public IReadOnlyList<AptRepository> Repositories => _repositories;

    /// <summary>What lines and paragraphs say of binary packages, in apt's order.</summary>
    public IReadOnlyList<AptSourceEntry> Entries => _entries;

    public IReadOnlyList<AptSourceFault> Faults => _faults;

    /// <summary>Faults to an apt that knows <see cref="AptPackageFilter"/> only.</summary>
    public IReadOnlyList<AptSourceFault> FilterFaults => _filterFaults;

    public static AptSources Read(HostPaths paths, AptConfiguration configuration, AptArchitectures architectures)
    {
        var sources = new AptSources(architectures);
        var main = paths.InRoot(configuration.FindFile("Dir::Etc::sourcelist"));
        if (!main.EndsWith("/dev/null", StringComparison.Ordinal) && HostFiles.Exists(main))
            sources.ReadFile(main);
        foreach (
            var file in AptFiles.InDirectory(
                paths.InRoot(configuration.FindFile("Dir::Etc::sourceparts")),
                s_extensions,
                allowNoExtension: false
            )
        )
            sources.ReadFile(file);
        return sources;
    }

    /// <summary>Sources of one text in the one-line style.</summary>
    public static AptSources Parse(string text, string name, AptArchitectures architectures)
    {
        var sources = new AptSources(architectures);
        sources.ParseLines(text, name);
        return sources;
    }

    /// <summary>Text of either style: paragraphs when a line begins with their first field.</summary>
    public static AptSources ParseEither(string text, string name, AptArchitectures architectures) =>
        IsParagraphs(text) ? ParseStanzas(text, name, architectures) : Parse(text, name, architectures);

    public static bool IsParagraphs(string text) =>
        text.Split('\n').Any(l => l.StartsWith("Types:", StringComparison.OrdinalIgnoreCase));

    /// <summary>Sources of one text of paragraphs.</summary>
    public static AptSources ParseStanzas(string text, string name, AptArchitectures architectures)
    {
        var sources = new AptSources(architectures);
        sources.ParseParagraphs(text, name);
        return sources;
    }

    private void ReadFile(string path)
    {
        try
        {
            var text = AptFiles.ReadText(path, MaxFileBytes);
            if (path.EndsWith(".sources", StringComparison.Ordinal))
                ParseParagraphs(text, path);
            else
                ParseLines(text, path);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            _faults.Add(new AptSourceFault(path, $"cannot be read: {e.Message}"));
        }
    }

    private void ParseLines(string text, string name)
    {
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = WithoutComment(raw).Trim(' ', '\t', '\r');
            _place = $"{name}:{number}";
            if (line.Length > 0 && ParseLine(line) is { } fault)
                _faults.Add(new AptSourceFault(_place, fault));
        }
    }

    /// <summary>A <c>#</c> begins a comment, except inside the brackets of options.</summary>
    private static string WithoutComment(string line)
    {
        var depth = 0;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '#' && depth <= 0)
                return line[..i];
            depth += line[i] switch
            {
                '[' => 1,
                ']' => -1,
                _ => 0,
            };
        }

        return line;
    }

    private string? ParseLine(string line)
    {
        var blank = line.AsSpan().IndexOfAny(" \t\v");
        if (blank < 0)
            return "malformed line (type)";
        var type = line[..blank];
        if (type is not ("deb" or "deb-src"))
            return $"type '{AptUri.Redact(type)}' is not known";
        var rest = line[blank..].TrimStart();
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        if (rest.StartsWith('['))
        {
            var close = rest.IndexOf(']', StringComparison.Ordinal);
            if (close < 0)
                return "malformed entry ([option] unparsable)";
            foreach (var option in AptWords.Split(rest[1..close]) ?? [])
            {
                var equals = option.IndexOf('=', StringComparison.Ordinal);
                if (equals <= 0 || equals == option.Length - 1)
                    return "malformed entry ([option] not assignment)";
                options[option[..equals]] = option[(equals + 1)..];
            }

            rest = rest[(close + 1)..];
        }

        if (AptWords.Split(rest) is not { Count: >= 2 } words)
            return "malformed entry (URI or Suite)";
        var suite = words[1].EndsWith('/') ? WithArchitecture(words[1]) : words[1];
        return Add(type, words[0], [suite], words.GetRange(2, words.Count - 2), options);
    }

    private void ParseParagraphs(string text, string name)
    {
        foreach (var stanza in Deb822.Parse(text, allowComments: true))
        {
            if (stanza.Count == 0 && stanza.Fault is null)
                continue;
            _place = $"{name}:{stanza.Line}";
            if ((stanza.Fault ?? ParseParagraph(stanza)) is { } fault)
                _faults.Add(new AptSourceFault(_place, fault));
        }
    }

    private string? ParseParagraph(Deb822Stanza stanza)
    {
        if (!stanza.Has("Types"))
            return "malformed stanza (type)";
        if (!AptWords.Boolean(stanza["Enabled"], fallback: true))
            return null;
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (field, option, isList) in s_fields)
        {
            if (stanza.Has(field))
                options[option] = isList ? string.Join(',', stanza.Words(field)) : stanza[field];
        }

        var suites = stanza.Words("Suites").Select(WithArchitecture).ToList();
        if (stanza.Words("URIs") is not { Length: > 0 } uris)
            return "malformed stanza (URI)";
        if (suites.Count == 0)
            return "malformed stanza (Suite)";
        foreach (var type in stanza.Words("Types"))
        {
            if (type is not ("deb" or "deb-src"))
                return $"type '{AptUri.Redact(type)}' is not known";
            foreach (var uri in uris)
            {
                if (Add(type, uri, suites, stanza.Words("Components"), options) is { } fault)
                    return fault;
            }
        }

        return null;
    }

    private string? Add(
        string type,
        string uriText,
        IReadOnlyList<string> suites,
        IReadOnlyList<string> components,
        Dictionary<string, string> options
    )
    {
        if (AptUri.Parse(WithArchitecture(uriText))?.AsDirectory() is not { } uri)
            return "malformed entry (URI parse)";
        if (AptPackageFilter.IsContradiction(options) && !_filterFaults.Exists(f => f.Place == _place))
            _filterFaults.Add(new AptSourceFault(_place, "both Include and Exclude are given"));
        List<AptRepository> named = [];
        foreach (var suite in suites)
        {
            var isFlat = suite.EndsWith('/');
            if (isFlat && components.Count > 0)
                return "malformed entry (absolute Suite Component)";
            if (!isFlat && components.Count == 0)
                return "malformed entry (Component)";
            _parts += Math.Max(1, components.Count);
            if (_parts > MaxParts)
                return $"the sources name more than {MaxParts} parts of repositories";
            var repository = Repository(uri, suite);
            if (repository.Merge(options) is { } fault)
                return fault;
            named.Add(repository);

            // Sources of source packages say nothing about what can be installed.
            if (type != "deb")
                continue;
            if (!_repositories.Contains(repository))
                _repositories.Add(repository);
            foreach (var component in isFlat ? [""] : components)
                repository.Add(component, options, _architectures);
        }

        if (type == "deb")
            _entries.Add(new AptSourceEntry(WithArchitecture(uriText), suites, components, options, named));
        return null;
    }

    private AptRepository Repository(AptUri uri, string suite)
    {
        var file = uri.FileName(AptUri.SuiteFolder(suite));
        if (_byFileName.TryGetValue(file, out var known))
            return known;
        var repository = new AptRepository(uri, suite);
        _byFileName.Add(file, repository);
        return repository;
    }

    private string WithArchitecture(string text) =>
        text.Replace("$(ARCH)", _architectures.Native, StringComparison.Ordinal);
}
