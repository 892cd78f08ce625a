using System.Globalization;
using PatchTools.Files;
using PatchTools.Hosts;

namespace PatchTools.Families.Apt.Reading;

/// <summary>
/// apt's configuration tree: built-in defaults, <c>apt.conf.d</c>, <c>apt.conf</c> (apt.conf(5), order of
/// <c>pkgInitConfig</c>). Tags are compared without case; <c>Tag::</c> appends to a list; <c>#clear</c> and
/// <c>#include</c> are followed; nothing in it is ever executed.
/// </summary>
internal sealed partial class AptConfiguration
{
    private const int MaxIncludeDepth = 10;
    private const int MaxFileBytes = 4 << 20;

    /// <summary>An include that includes its own folder would multiply without end.</summary>
    private const int MaxFiles = 1000;
    private readonly Item _root = new("", null);
    private readonly HostPaths _paths;
    private readonly List<string> _warnings = [];
    private int _filesLeft = MaxFiles;

    private AptConfiguration(HostPaths paths) => _paths = paths;

    /// <summary>Files that could not be read or understood, one line each.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    public static AptConfiguration Read(HostContext host)
    {
        var configuration = new AptConfiguration(host.Paths);
        configuration.SetDefaults();

        // The environment is of the running system; it says nothing about a mounted image.
        if (host.Paths.Root == "/" && host.Variable("APT_CONFIG") is { } extra)
            configuration.ReadFile(extra, 0);
        foreach (
            var file in AptFiles.InDirectory(
                host.Paths.InRoot(configuration.FindFile("Dir::Etc::parts")),
                "conf",
                allowNoExtension: true
            )
        )
            configuration.ReadFile(file, 0);
        configuration.ReadFile(host.Paths.InRoot(configuration.FindFile("Dir::Etc::main")), 0);
        return configuration;
    }

    /// <summary>For tests: the defaults and then this text.</summary>
    internal static AptConfiguration Parse(string text)
    {
        var configuration = new AptConfiguration(new HostPaths());
        configuration.SetDefaults();
        configuration.ParseText(text, "apt.conf", 0);
        return configuration;
    }

    public string Find(string name, string fallback = "") =>
        Lookup(name) is { Value.Length: > 0 } item ? item.Value : fallback;

    public bool FindBoolean(string name, bool fallback) => AptWords.Boolean(Find(name), fallback);

    public long FindInteger(string name, long fallback) =>
        long.TryParse(Find(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : fallback;

    public IReadOnlyList<string> FindList(string name)
    {
        if (Lookup(name) is not { } item)
            return [];
        return item.Value.Length > 0 ? item.Value.Split(',') : [.. item.Children.Select(c => c.Value)];
    }

    /// <summary>
    /// Path below the root that the configuration describes, always absolute: a relative value is prefixed with its
    /// parents' values (<c>Configuration::FindFile</c>).
    /// </summary>
    public string FindFile(string name)
    {
        if (Lookup(name) is not { Value.Length: > 0 } item)
            return "/dev/null";
        var value = item.Value;
        for (var parent = item.Parent; parent is not null && !value.StartsWith('/'); parent = parent.Parent)
        {
            if (parent.Value.Length > 0)
                value = parent.Value.EndsWith('/') ? parent.Value + value : $"{parent.Value}/{value}";
        }

        if (value.StartsWith("/dev/null", StringComparison.Ordinal))
            return "/dev/null";
        var rootDirectory = Find("RootDir").TrimEnd('/');
        return value.StartsWith('/') ? rootDirectory + value : $"{rootDirectory}/{value}";
    }

    /// <summary>
    /// Every value at and below a name, as full name (elements of lists end in <c>::</c>) and value, in the order they
    /// were first named.
    /// </summary>
    public IReadOnlyList<(string Name, string Value)> Below(string name)
    {
        List<(string, string)> found = [];
        if (Lookup(name) is { } item)
            Collect(item, name);
        return found;

        void Collect(Item item, string full)
        {
            if (item.Value.Length > 0)
                found.Add((full, item.Value));
            foreach (var child in item.Children)
                Collect(child, $"{full}::{child.Tag}");
        }
    }

    private Item? Lookup(string name)
    {
        var item = _root;
        foreach (var tag in name.Split("::"))
        {
            if (item.Child(tag) is not { } child)
                return null;
            item = child;
        }

        return item;
    }

    private Item Create(string name)
    {
        var item = _root;
        foreach (var tag in name.Split("::"))
        {
            // An empty tag is a new element of a list, every time.
            var child = tag.Length == 0 ? null : item.Child(tag);
            if (child is null)
            {
                child = new Item(tag, item);
                item.Add(child);
            }

            item = child;
        }

        return item;
    }

    private void SetDefaults()
    {
        foreach (
            var (name, value) in (ReadOnlySpan<(string, string)>)
                [
                    ("Dir", "/"),
                    ("Dir::State", "var/lib/apt"),
                    ("Dir::State::lists", "lists/"),
                    ("Dir::State::extended_states", "extended_states"),
                    ("Dir::State::status", "/var/lib/dpkg/status"),
                    ("Dir::Cache", "var/cache/apt"),
                    ("Dir::Cache::archives", "archives/"),
                    ("Dir::Etc", "etc/apt"),
                    ("Dir::Etc::sourcelist", "sources.list"),
                    ("Dir::Etc::sourceparts", "sources.list.d"),
                    ("Dir::Etc::main", "apt.conf"),
                    ("Dir::Etc::parts", "apt.conf.d"),
                    ("Dir::Etc::preferences", "preferences"),
                    ("Dir::Etc::preferencesparts", "preferences.d"),
                    ("Dir::Etc::trusted", "trusted.gpg"),
                    ("Dir::Etc::trustedparts", "trusted.gpg.d"),
                    ("Dir::Etc::netrc", "auth.conf"),
                    ("Dir::Etc::netrcparts", "auth.conf.d"),
                ]
        )
        {
            Create(name).Value = value;
        }
    }

    private void ReadFile(string path, int depth)
    {
        if (path.EndsWith("/dev/null", StringComparison.Ordinal) || !HostFiles.Exists(path))
            return;
        if (_filesLeft-- <= 0)
        {
            _warnings.Add($"apt's configuration includes more than {MaxFiles} files; {path} is left out.");
            return;
        }

        try
        {
            ParseText(AptFiles.ReadText(path, MaxFileBytes), path, depth);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            _warnings.Add($"apt's configuration file {path} cannot be read: {e.Message}");
        }
    }

    private void ParseText(string text, string path, int depth)
    {
        var parser = new Parser(this, path, depth);
        if (parser.Run(text) is { } fault)
            _warnings.Add(
                $"apt's configuration file {path}, line {parser.Line}: {fault}; the rest of the file is ignored."
            );
    }

    /// <summary>Reads one more file, or the files of a folder; answers what is wrong, or null.</summary>
    private string? Include(string target, int depth)
    {
        var path = _paths.InRoot(target);
        if (target.EndsWith('/'))
        {
            foreach (var file in AptFiles.InDirectory(path, "conf", allowNoExtension: true))
                ReadFile(file, depth);
            return null;
        }

        if (!HostFiles.Exists(path))
            return $"it includes {path}, which is not there";
        ReadFile(path, depth);
        return null;
    }

    private sealed class Item(string tag, Item? parent)
    {
        private readonly List<Item> _children = [];
        private readonly Dictionary<string, Item> _byTag = new(StringComparer.OrdinalIgnoreCase);

        public string Tag { get; } = tag;

        public Item? Parent { get; } = parent;

        public string Value { get; set; } = "";

        public IReadOnlyList<Item> Children => _children;

        public Item? Child(string tag) => _byTag.GetValueOrDefault(tag);

        public void Add(Item child)
        {
            _children.Add(child);
            _byTag.TryAdd(child.Tag, child);
        }

        public void Clear()
        {
            Value = "";
            _children.Clear();
            _byTag.Clear();
        }
    }
}
