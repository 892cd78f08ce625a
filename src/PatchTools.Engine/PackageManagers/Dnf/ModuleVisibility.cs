using System.Text;
using PatchTools.Files;
using PatchTools.PackageManagers.Rpm;
using PatchTools.Ports;

namespace PatchTools.PackageManagers.Dnf;

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
        List<ModuleDocument> streams =
        [
            .. documents
                .SelectMany(d => d.Streams)
                .Where(s =>
                    s.Stream.Architecture.Length == 0 || RpmArchitectures.Base(s.Stream.Architecture) == architecture
                ),
        ];
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
        Activate(streams, name => WantedStream(name, defaults), platform);
        var left = Demodularized(streams);
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
                $"{Encoding.UTF8.GetString(name)}-{Encoding.UTF8.GetString(edition)}.{Encoding.UTF8.GetString(architecture)}",
                out var stream
            )
        )
            return _active.Contains(stream) ? null : $"module stream {stream.Stream} is not enabled";
        return Names.Contains(name) || providesActiveName ? "an enabled module stream has it instead" : null;
    }

    private string? WantedStream(string name, Dictionary<string, string> defaults)
    {
        if (_states.TryGetValue(name, out var state))
        {
            if (state.Status == ModuleStatus.Disabled)
                return null;
            if (state.Status == ModuleStatus.Enabled)
                return state.Stream;
        }

        return defaults.GetValueOrDefault(name) is { Length: > 0 } stream ? stream : null;
    }

    /// <summary>
    /// Of every wanted stream the newest context whose requirements are met; what a wanted stream requires of a module
    /// that nobody decided about comes along. Contexts whose requirements fail leave, and others may fail by that:
    /// until nothing changes.
    /// </summary>
    private void Activate(List<ModuleDocument> streams, Func<string, string?> wantedStream, string? platform)
    {
        var byName = streams.ToLookup(s => s.Stream.Name, StringComparer.Ordinal);
        Dictionary<string, string> wanted = new(StringComparer.Ordinal);
        foreach (var name in _documented)
        {
            if (wantedStream(name) is { } stream)
                wanted[name] = stream;
        }

        Dictionary<string, ModuleDocument> chosen = new(StringComparer.Ordinal);
        for (var changed = true; changed; )
        {
            changed = false;
            foreach (var name in wanted.Keys.ToList())
            {
                var best = byName[name]
                    .Where(s => s.Stream.Stream == wanted[name] && IsMet(s))
                    .OrderByDescending(s => s.Version)
                    .ThenBy(s => s.Stream.Context, StringComparer.Ordinal)
                    .FirstOrDefault();
                if (best is null)
                {
                    wanted.Remove(name);
                    chosen.Remove(name);
                    changed = true;
                }
                else if (!chosen.TryGetValue(name, out var before) || before.Stream != best.Stream)
                {
                    chosen[name] = best;
                    changed = true;
                }
            }
        }

        foreach (var stream in chosen.Values)
            _active.UnionWith(byName[stream.Stream.Name].Where(s => s.Stream == stream.Stream));

        bool IsMet(ModuleDocument stream) =>
            stream.Requires.Count == 0 || stream.Requires.Any(r => r.All(m => Provides(m.Key, m.Value)));

        bool Provides(string module, IReadOnlyList<string> allowed)
        {
            if (module == "platform")
                return platform is null || Allows(allowed, platform);
            if (wanted.TryGetValue(module, out var active))
                return Allows(allowed, active);
            if (
                _states.GetValueOrDefault(module) is { Status: not ModuleStatus.Undecided }
                || byName[module].FirstOrDefault(s => Allows(allowed, s.Stream.Stream)) is not { } free
            )
                return false;
            wanted[module] = free.Stream.Stream;
            return true;
        }
    }

    /// <summary>
    /// Names that have left a stream again, by what its newest document says: they are no longer the module's, in
    /// whatever version.
    /// </summary>
    private static Dictionary<(string Name, string Stream), HashSet<string>> Demodularized(List<ModuleDocument> streams)
    {
        Dictionary<(string, string), HashSet<string>> left = [];
        foreach (var stream in streams.GroupBy(s => (s.Stream.Name, s.Stream.Stream)))
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

    /// <summary>A document's packages, without those that have left the stream.</summary>
    private static IEnumerable<(string Artifact, string Name)> Own(
        ModuleDocument document,
        Dictionary<(string Name, string Stream), HashSet<string>> left
    )
    {
        var gone = left.GetValueOrDefault((document.Stream.Name, document.Stream.Stream));
        foreach (var artifact in document.Artifacts.Select(Normal))
        {
            var name = NameOf(artifact);
            if (gone is null || !gone.Contains(name))
                yield return (artifact, name);
        }
    }

    /// <summary>An empty list allows every stream; <c>-x</c> all but x (modulemd v2, dependencies).</summary>
    private static bool Allows(IReadOnlyList<string> allowed, string stream) =>
        allowed.Count == 0
        || allowed.Contains(stream, StringComparer.Ordinal)
        || (allowed.All(a => a.StartsWith('-')) && !allowed.Contains($"-{stream}", StringComparer.Ordinal));

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
