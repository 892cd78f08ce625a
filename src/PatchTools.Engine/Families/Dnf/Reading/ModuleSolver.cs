using System.Collections.Immutable;
using PatchTools.Families.Rpm.Metadata;

namespace PatchTools.Families.Dnf.Reading;

/// <summary>
/// Builds of one module stream that stand and fall together: libdnf takes those for one context that require the same
/// of other modules, and of builds with a context of their own (<c>static_context</c>) those of the first context.
/// </summary>
/// <param name="Module">Name of the module.</param>
/// <param name="Stream">Name of the stream.</param>
/// <param name="Requires">What all of them require of other modules; an empty list allows every stream.</param>
/// <param name="Documents">At least one.</param>
internal sealed record ModuleCandidate(
    string Module,
    string Stream,
    IReadOnlyList<(string Module, IReadOnlyList<string> Streams)> Requires,
    IReadOnlyList<ModuleDocument> Documents
);

/// <summary>
/// Which module streams of a host are active, as libdnf's solver has it (found by experiment with dnf 4.14): every
/// enabled stream with what it requires; then the default streams that still fit, by name. Where the enabled ones do
/// not fit together, whatever contradicts another is left out.
/// </summary>
internal sealed class ModuleSolver
{
    private const string PlatformModule = "platform";

    /// <summary>Far more than any host needs; contradictions of many modules are not searched to the end.</summary>
    private const int MaxSteps = 200_000;

    /// <summary>So long a chain of requirements no repository has.</summary>
    private const int MaxDepth = 1000;

    private static readonly ImmutableDictionary<string, ModuleCandidate> s_none = ImmutableDictionary.Create<
        string,
        ModuleCandidate
    >(StringComparer.Ordinal);

    private readonly Dictionary<string, List<ModuleCandidate>> _candidates = new(StringComparer.Ordinal);
    private readonly IReadOnlyDictionary<string, ModuleState> _states;
    private readonly IReadOnlyDictionary<string, string> _defaults;
    private readonly string? _platform;
    private int _steps;

    /// <param name="builds">Of architectures that the host takes.</param>
    /// <param name="states">What the administrator enabled and disabled.</param>
    /// <param name="defaults">Default stream by module; empty for none.</param>
    /// <param name="platform">Stream of the module <c>platform</c>; null when it is not known.</param>
    public ModuleSolver(
        IEnumerable<ModuleDocument> builds,
        IReadOnlyDictionary<string, ModuleState> states,
        IReadOnlyDictionary<string, string> defaults,
        string? platform
    )
    {
        _states = states;
        _defaults = defaults;
        _platform = platform;
        foreach (var stream in builds.GroupBy(b => (b.Stream.Name, b.Stream.Stream)))
        {
            if (!_candidates.TryGetValue(stream.Key.Name, out var list))
                _candidates[stream.Key.Name] = list = [];
            list.AddRange(CandidatesOf([.. stream]));
        }
    }

    /// <summary>At most one for each module.</summary>
    public IEnumerable<ModuleCandidate> Solve()
    {
        var enabled = Jobs(name =>
            _states.GetValueOrDefault(name) is { Status: ModuleStatus.Enabled } state ? state.Stream : null
        );
        var byDefault = Jobs(name =>
            _states.GetValueOrDefault(name) is not { Status: not ModuleStatus.Undecided }
                ? _defaults.GetValueOrDefault(name)
                : null
        );
        var chosen = Fit(s_none, [.. enabled]);
        if (chosen is null)
        {
            chosen = s_none;
            byDefault = WithoutContradictions([.. enabled, .. byDefault]);
        }

        foreach (var job in byDefault)
        {
            chosen = Fit(chosen, [job]) ?? chosen;
        }

        return chosen.Values;
    }

    private List<Job> Jobs(Func<string, string?> stream)
    {
        List<Job> jobs = [];
        foreach (var (name, candidates) in _candidates.OrderBy(c => c.Key, StringComparer.Ordinal))
        {
            if (stream(name) is { Length: > 0 } wanted && candidates.Exists(c => c.Stream == wanted))
                jobs.Add(new Job(name, [wanted]));
        }

        return jobs;
    }

    /// <summary>Jobs that can be done alone, and want of no module another stream than another job does.</summary>
    private List<Job> WithoutContradictions(IReadOnlyList<Job> jobs)
    {
        List<(Job Job, ImmutableDictionary<string, ModuleCandidate> Wants)> possible = [];
        foreach (var job in jobs)
        {
            if (Fit(s_none, [job]) is { } wants)
                possible.Add((job, wants));
        }

        return [.. possible.Where(p => possible.TrueForAll(o => !Contradict(p.Wants, o.Wants))).Select(p => p.Job)];

        static bool Contradict(
            ImmutableDictionary<string, ModuleCandidate> left,
            ImmutableDictionary<string, ModuleCandidate> right
        ) => left.Any(l => right.TryGetValue(l.Key, out var r) && r.Stream != l.Value.Stream);
    }

    /// <summary>The choice with what the jobs need added to it; null when nothing does for all of them.</summary>
    private ImmutableDictionary<string, ModuleCandidate>? Fit(
        ImmutableDictionary<string, ModuleCandidate> chosen,
        ImmutableStack<Job> jobs,
        int depth = 0
    )
    {
        if (jobs.IsEmpty)
            return chosen;
        if (++_steps > MaxSteps || depth > MaxDepth)
            return null;
        var rest = jobs.Pop(out var job);
        if (chosen.TryGetValue(job.Module, out var present))
            return Allows(job.Streams, present.Stream) ? Fit(chosen, rest, depth + 1) : null;
        foreach (var candidate in CandidatesFor(job))
        {
            var more = candidate.Requires.Aggregate(rest, (stack, r) => stack.Push(new Job(r.Module, r.Streams)));
            if (Fit(chosen.Add(job.Module, candidate), more, depth + 1) is { } fitting)
                return fitting;
        }

        return null;
    }

    /// <summary>The default stream first, then by name.</summary>
    private IEnumerable<ModuleCandidate> CandidatesFor(Job job)
    {
        var state = _states.GetValueOrDefault(job.Module);
        if (state is { Status: ModuleStatus.Disabled } || !_candidates.TryGetValue(job.Module, out var candidates))
            return [];
        var preferred = _defaults.GetValueOrDefault(job.Module);
        return candidates
            .Where(c =>
                Allows(job.Streams, c.Stream)
                && (state is not { Status: ModuleStatus.Enabled } || c.Stream == state.Stream)
            )
            .OrderBy(c => c.Stream != preferred)
            .ThenBy(c => c.Stream, StringComparer.Ordinal);
    }

    /// <summary>The builds of one stream, in the order in which libdnf tries what they require.</summary>
    private IEnumerable<ModuleCandidate> CandidatesOf(IReadOnlyList<ModuleDocument> builds)
    {
        // A context of its own may require something else with every build: the newest one counts.
        var contexts = builds
            .Where(b => b.IsStatic)
            .GroupBy(b => b.Stream.Context, StringComparer.Ordinal)
            .OrderBy(c => c.Key, StringComparer.Ordinal)
            .ToLookup(c => KeyOf(c.MaxBy(b => b.Version)!), StringComparer.Ordinal);
        var plain = builds.Where(b => !b.IsStatic).ToLookup(KeyOf, StringComparer.Ordinal);
        foreach (var key in plain.Select(p => p.Key).Union(contexts.Select(c => c.Key)).Order(StringComparer.Ordinal))
        {
            List<ModuleDocument> documents = [.. plain[key], .. contexts[key].FirstOrDefault()?.AsEnumerable() ?? []];
            if (documents.Exists(FitsPlatform))
                yield return new ModuleCandidate(
                    documents[0].Stream.Name,
                    documents[0].Stream.Stream,
                    [.. Requirements(documents.MaxBy(d => d.Version)!)],
                    documents
                );
        }
    }

    private bool FitsPlatform(ModuleDocument document) =>
        _platform is null
        || document.Requires.All(r => !r.TryGetValue(PlatformModule, out var allowed) || Allows(allowed, _platform));

    private static string KeyOf(ModuleDocument document) =>
        string.Join(
            ',',
            Requirements(document)
                .Select(r => $"{r.Module}:[{string.Join(',', r.Streams.Order(StringComparer.Ordinal))}]")
                .Order(StringComparer.Ordinal)
        );

    /// <summary>libdnf takes several entries of <c>dependencies</c> for one: all of them must be met.</summary>
    private static IEnumerable<(string Module, IReadOnlyList<string> Streams)> Requirements(ModuleDocument document) =>
        document.Requires.SelectMany(r => r).Where(r => r.Key != PlatformModule).Select(r => (r.Key, r.Value));

    /// <summary>An empty list allows every stream; <c>-x</c> all but x (modulemd v2, dependencies).</summary>
    private static bool Allows(IReadOnlyList<string> allowed, string stream) =>
        allowed.Count == 0
        || allowed.Contains(stream, StringComparer.Ordinal)
        || (allowed.All(a => a.StartsWith('-')) && !allowed.Contains($"-{stream}", StringComparer.Ordinal));

    /// <summary>A module of which one of some streams is wanted; none named for any.</summary>
    private sealed record Job(string Module, IReadOnlyList<string> Streams);
}
