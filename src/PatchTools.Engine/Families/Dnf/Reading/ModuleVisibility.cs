using System.Text;
using PatchTools.Families.Rpm.Metadata;
using PatchTools.Families.Rpm.Reading;
using PatchTools.Files;
using PatchTools.Ports;
using PatchTools.Text;
using PatchTools.Versions;

namespace PatchTools.Families.Dnf.Reading;

/// <summary>
/// Which packages the host's module streams show and hide (dnf's modularity, dnf.modularity(7)): the packages of active
/// streams are visible and hide others of their names and of what they provide; those of other streams are hidden.
/// Repositories with <c>module_hotfixes</c> stand outside.
/// </summary>
internal sealed class ModuleVisibility
{
    private readonly Dictionary<string, ModuleDocument> _artifacts = new(StringComparer.Ordinal);
    private readonly HashSet<ModuleDocument> _active = new(ReferenceEqualityComparer.Instance);
    private readonly IReadOnlyDictionary<string, ModuleState> _states;
    private readonly HashSet<string> _documented;

    /// <param name="documents">Of every enabled repository, and of the fail-safe copies.</param>
    /// <param name="states">What the administrator enabled and disabled.</param>
    /// <param name="platform">Stream of the module <c>platform</c>, <c>el8</c>; null when os-release has none.</param>
    /// <param name="architecture">Base architecture of the host.</param>
    public ModuleVisibility(
        IReadOnlyList<ModuleDocuments> documents,
        IReadOnlyDictionary<string, ModuleState> states,
        string? platform,
        string architecture
    )
    {
        _states = states;
        List<ModuleDocument> streams = [.. documents.SelectMany(d => d.Streams)];
        _documented = [.. streams.Select(s => s.Stream.Name)];

        // Repositories that disagree about a default stream leave the module without one, as libmodulemd merges them.
        var defaults = documents
            .SelectMany(d => d.Defaults)
            .GroupBy(d => d.Module, StringComparer.Ordinal)
            .ToDictionary(
                g => g.Key,
                g => g.Select(d => d.Stream).Distinct(StringComparer.Ordinal).ToList() is [var only] ? only : "",
                StringComparer.Ordinal
            );
        IReadOnlyList<string> compatible = RpmArchitectures.Compatible(architecture);
        var builds = streams.Where(s =>
            s.Stream.Architecture.Length == 0 || compatible.Contains(s.Stream.Architecture, StringComparer.Ordinal)
        );
        foreach (var chosen in new ModuleSolver(builds, states, defaults, platform).Solve())
            _active.UnionWith(chosen.Documents);
        var left = Demodularized();
        foreach (var stream in streams)
        {
            foreach (var artifact in Own(stream, left).Select(a => a.Artifact))
            {
                if (
                    !_artifacts.TryGetValue(artifact, out var known)
                    || (!_active.Contains(known) && _active.Contains(stream))
                )
                    _artifacts[artifact] = stream;
            }
        }

        foreach (var stream in _active)
        {
            foreach (var (artifact, name) in Own(stream, left))
            {
                if (
                    !artifact.EndsWith(".src", StringComparison.Ordinal)
                    && !artifact.EndsWith(".nosrc", StringComparison.Ordinal)
                )
                    Names.Add(name);
            }
        }
    }

    /// <summary>Names of packages of active streams: others that are called so, or provide one, are hidden.</summary>
    public Utf8Set Names { get; } = new();

    /// <summary>No repository has modules.</summary>
    public bool IsEmpty => _artifacts.Count == 0;

    /// <summary>Whether what an advisory says of a module stream concerns this host.</summary>
    public bool IsActive(ModuleStream stream) =>
        _active.Any(a =>
            a.Stream.Name == stream.Name
            && a.Stream.Stream == stream.Stream
            && (stream.Context.Length == 0 || a.Stream.Context.Length == 0 || a.Stream.Context == stream.Context)
        )
        || (
            !_documented.Contains(stream.Name)
            && _states.TryGetValue(stream.Name, out var state)
            && state is { Status: ModuleStatus.Enabled }
            && state.Stream == stream.Stream
        );

    /// <summary>Why a package is not visible; null when it is.</summary>
    /// <param name="name">Package name.</param>
    /// <param name="architecture">rpm architecture.</param>
    /// <param name="edition">Edition as catalogs have it.</param>
    /// <param name="providesActiveName">The package provides one of <see cref="Names"/>.</param>
    public string? Hides(
        ReadOnlySpan<byte> name,
        ReadOnlySpan<byte> architecture,
        ReadOnlySpan<byte> edition,
        bool providesActiveName
    )
    {
        if (
            _artifacts.TryGetValue(
                $"{Encoding.UTF8.GetString(name)}-{Encoding.UTF8.GetString(edition)}."
                    + $"{Encoding.UTF8.GetString(architecture)}",
                out var stream
            )
        )
            return _active.Contains(stream) ? null : $"module stream {stream.Stream} is not enabled";
        return Names.Contains(name) || providesActiveName ? "an enabled module stream has it instead" : null;
    }

    /// <summary>
    /// Names that have left an active stream again, by what its newest active document says: they are no longer the
    /// module's, in whatever version. What documents say that are not active frees nothing.
    /// </summary>
    private Dictionary<(string Name, string Stream), HashSet<string>> Demodularized()
    {
        Dictionary<(string, string), HashSet<string>> left = [];
        foreach (var stream in _active.GroupBy(s => (s.Stream.Name, s.Stream.Stream)))
        {
            var newest = stream.Max(s => s.Version);
            HashSet<string> names = new(StringComparer.Ordinal);
            foreach (var document in stream.Where(s => s.Version == newest))
                names.UnionWith(document.Demodularized);
            if (names.Count > 0)
                left[stream.Key] = names;
        }

        return left;
    }

    /// <summary>A document's packages, without those that have left its stream where it is active.</summary>
    private IEnumerable<(string Artifact, string Name)> Own(
        ModuleDocument document,
        Dictionary<(string Name, string Stream), HashSet<string>> left
    )
    {
        var gone = _active.Contains(document)
            ? left.GetValueOrDefault((document.Stream.Name, document.Stream.Stream))
            : null;
        foreach (var artifact in document.Artifacts.Select(Normal))
        {
            var name = NameOf(artifact);
            if (gone is null || !gone.Contains(name))
                yield return (artifact, name);
        }
    }

    /// <summary>Without an epoch of 0, as catalogs write editions.</summary>
    private static string Normal(string artifact) =>
        artifact.LastIndexOf("-0:", StringComparison.Ordinal) is var epoch and >= 0
            ? string.Concat(artifact.AsSpan(0, epoch + 1), artifact.AsSpan(epoch + 3))
            : artifact;

    private static string NameOf(string artifact)
    {
        var release = artifact.LastIndexOf('-');
        var version = release <= 0 ? -1 : artifact.LastIndexOf('-', release - 1);
        return version <= 0 ? artifact : artifact[..version];
    }
}

/// <summary>What the administrator decided about a module.</summary>
internal enum ModuleStatus
{
    /// <summary>Nothing: its default stream counts.</summary>
    Undecided,
    Enabled,
    Disabled,
}

/// <summary>State of one module (<c>/etc/dnf/modules.d</c>).</summary>
internal sealed record ModuleState(ModuleStatus Status, string Stream)
{
    // [rmodon]
    // name=rmodon
    // stream=1
    // profiles=
    // state=enabled
    /// <summary>By module.</summary>
    public static IReadOnlyDictionary<string, ModuleState> Read(string root)
    {
        Dictionary<string, ModuleState> states = new(StringComparer.Ordinal);
        var folder = Path.Combine(root, "etc/dnf/modules.d");
        if (!HostFiles.DirectoryExists(folder))
            return states;
        foreach (
            var section in HostFiles.FilesIn(folder, "*.module").Order(StringComparer.Ordinal).SelectMany(IniFile.Read)
        )
        {
            var stream = section["stream"] ?? "";
            states[section.Name] = section["state"] switch
            {
                "enabled" or "1" or "true" => new ModuleState(ModuleStatus.Enabled, stream),
                "disabled" => new ModuleState(ModuleStatus.Disabled, ""),
                _ => new ModuleState(ModuleStatus.Undecided, ""),
            };
        }

        return states;
    }

    // dnf5 5.2:
    // version = "1.0"
    // [modules]
    // [modules.nodejs]
    // enabled_stream = "20"
    // installed_profiles = []
    // state = "Enabled"
    /// <summary>What dnf 5 keeps, by module.</summary>
    /// <param name="root">Of the host.</param>
    /// <param name="toml">Reads the file.</param>
    /// <param name="warnings">A file that cannot be read is named here.</param>
    public static IReadOnlyDictionary<string, ModuleState> ReadDnf5(
        string root,
        ITomlReader toml,
        List<string> warnings
    )
    {
        Dictionary<string, ModuleState> states = new(StringComparer.Ordinal);
        var path = Path.Combine(root, "usr/lib/sysimage/libdnf5/modules.toml");
        if (IniFile.Text(path) is not { } text)
            return states;
        try
        {
            if (toml.Read(text).GetValueOrDefault("modules") is not IReadOnlyDictionary<string, object> modules)
                return states;
            foreach (var (name, value) in modules)
            {
                if (value is not IReadOnlyDictionary<string, object> module)
                    continue;
                var stream = module.GetValueOrDefault("enabled_stream") as string ?? "";
                states[name] = module.GetValueOrDefault("state") switch
                {
                    "Enabled" => new ModuleState(ModuleStatus.Enabled, stream),
                    "Disabled" => new ModuleState(ModuleStatus.Disabled, ""),
                    _ => new ModuleState(ModuleStatus.Undecided, ""),
                };
            }
        }
        catch (InvalidDataException e)
        {
            warnings.Add($"{path} cannot be read, so no module counts as enabled or disabled: {e.Message}");
        }

        return states;
    }
}
