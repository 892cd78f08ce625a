namespace PatchTools.Families.Shared;

/// <summary>Finds the packages of some paths while the files of all packages pass by.</summary>
internal sealed class FileOwnership
{
    private readonly ILookup<string, string> _exact;
    private readonly ILookup<string, string> _related;
    private readonly Dictionary<string, string> _owners = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _guesses = new(StringComparer.Ordinal);

    public FileOwnership(IReadOnlyCollection<string> paths)
    {
        _exact = paths.ToLookup(Merged, StringComparer.Ordinal);
        _related = paths
            .Where(p => LibraryOf(p) is not null)
            .ToLookup(p => LibraryOf(Merged(p))!, StringComparer.Ordinal);
        Names = [.. paths.Select(p => Path.GetFileName(LibraryOf(p) ?? p)).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>What a file's path must contain one of to matter.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>
    /// The packages found, by path as asked for: a package that lists the path, else one that lists another version of
    /// the library.
    /// </summary>
    public IReadOnlyDictionary<string, string> Owners
    {
        get
        {
            Dictionary<string, string> owners = new(_guesses, StringComparer.Ordinal);
            foreach (var (path, package) in _owners)
                owners[path] = package;
            return owners;
        }
    }

    public void Add(string package, string listed)
    {
        var file = Merged(listed);
        foreach (var path in _exact[file])
            _owners.TryAdd(path, package);
        if (LibraryOf(file) is not { } library)
            return;
        foreach (var path in _related[library])
            _guesses.TryAdd(path, package);
    }

    /// <summary>
    /// On a merged /usr the kernel says <c>/usr/lib/…</c> of what older packages list as <c>/lib/…</c>.
    /// </summary>
    private static string Merged(string path) =>
        path.StartsWith("/usr/lib", StringComparison.Ordinal)
        || path.StartsWith("/usr/bin/", StringComparison.Ordinal)
        || path.StartsWith("/usr/sbin/", StringComparison.Ordinal)
            ? path[4..]
            : path;

    /// <summary>The path of a shared library without its version; null for other files.</summary>
    private static string? LibraryOf(string path) =>
        path.IndexOf(".so.", StringComparison.Ordinal) is var at and > 0 ? path[..(at + 3)] : null;
}
