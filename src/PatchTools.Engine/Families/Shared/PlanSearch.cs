using PatchTools.Ports;
using PatchTools.Text;

namespace PatchTools.Families.Shared;

/// <summary>A resolver's answer for one set of targets, with the verdict on it.</summary>
internal interface IPlanAnswer
{
    bool IsAcceptable { get; }

    /// <summary>No other set of targets fares better: the package database itself is in the way.</summary>
    bool IsHopeless { get; }

    /// <summary>Whether the reason is this target's own, so that the others may do without it.</summary>
    bool Blames(PatchTarget target);

    /// <summary>Whether the reason names the target, so that both together may have a solution.</summary>
    bool Mentions(PatchTarget target);

    /// <summary>Why a target that stands alone is left out.</summary>
    PatchSetback SetbackOf(PatchTarget target);
}

/// <summary>
/// Finds the largest set of targets that a resolver has an acceptable solution for. All at once first: one question
/// when nothing is wrong. Else the set is divided, what the resolver blames apart from the rest, until each bad target
/// stands alone with the resolver's own reason.
/// </summary>
/// <param name="solve">Asks the resolver.</param>
/// <param name="observer">Who is told that it takes longer.</param>
/// <param name="tool">Whose resolver, for people.</param>
internal sealed class PlanSearch<TAnswer>(
    Func<IReadOnlyList<PatchTarget>, CancellationToken, Task<TAnswer>> solve,
    IRunObserver observer,
    string tool
)
    where TAnswer : class, IPlanAnswer
{
    private readonly List<Refusal> _aside = [];
    private readonly List<PatchTarget> _unspeakable = [];

    /// <summary>Targets with a solution, together.</summary>
    public IReadOnlyList<PatchTarget> Accepted { get; private set; } = [];

    /// <summary>The answer for <see cref="Accepted"/>; null while there are none.</summary>
    public TAnswer? Answer { get; private set; }

    public IEnumerable<PatchSetback> Setbacks =>
        _unspeakable.Select(NotAsked).Concat(_aside.Select(a => a.Answer.SetbackOf(a.Target)));

    public async Task RunAsync(IReadOnlyList<PatchTarget> wanted, CancellationToken cancellationToken)
    {
        _unspeakable.AddRange(wanted.Where(t => !IsPlain(t)));
        wanted = [.. wanted.Where(IsPlain)];
        if (wanted.Count == 0)
            return;
        await AddAsync(wanted, cancellationToken);
        await RetryAsync(cancellationToken);
    }

    private static bool IsPlain(PatchTarget target) =>
        PackageWords.ArePlain(target.Name, target.Architecture, target.Edition);

    private PatchSetback NotAsked(PatchTarget target) =>
        new(
            target,
            SetbackKind.Dependency,
            $"its name, version or architecture holds characters that none has, so {tool} was not asked for it"
        );

    /// <summary>Adds what can be added to the accepted set; what stands alone and cannot is set aside.</summary>
    private async Task AddAsync(IReadOnlyList<PatchTarget> group, CancellationToken cancellationToken)
    {
        var accepted = Accepted.Count;
        if (await TryAsync(group, cancellationToken) is not { } answer)
            return;
        if (group.Count == 1 || answer.IsHopeless)
        {
            _aside.AddRange(group.Select(t => new Refusal(t, answer, accepted)));
            return;
        }

        observer.Progress("Plan", $"{tool} cannot install {group.Count} packages together; dividing them", -1);
        var blamed = group.Where(answer.Blames).ToList();
        IReadOnlyList<IReadOnlyList<PatchTarget>> parts =
            blamed.Count > 0 && blamed.Count < group.Count
                ?
                [
                    [.. group.Except(blamed)],
                    blamed,
                ]
                :
                [
                    [.. group.Take(group.Count / 2)],
                    [.. group.Skip(group.Count / 2)],
                ];
        foreach (var part in parts)
            await AddAsync(part, cancellationToken);
    }

    /// <summary>What was set aside may have needed what was accepted later, or another of those set aside.</summary>
    private async Task RetryAsync(CancellationToken cancellationToken)
    {
        foreach (var refusal in _aside.ToList())
        {
            if (!_aside.Contains(refusal) || refusal.Answer.IsHopeless)
                continue;
            var together = Together(refusal);
            if (together.Count == 1 && Accepted.Count == refusal.AcceptedWhenAsked)
                continue;
            if (await TryAsync(together, cancellationToken) is null)
                _aside.RemoveAll(a => together.Contains(a.Target));
        }
    }

    /// <summary>The target with those set aside that the resolver named when it refused it, and so on.</summary>
    private List<PatchTarget> Together(Refusal refusal)
    {
        List<PatchTarget> group = [refusal.Target];
        Queue<TAnswer> open = new([refusal.Answer]);
        while (open.TryDequeue(out var next))
        {
            foreach (var other in _aside)
            {
                if (!group.Contains(other.Target) && next.Mentions(other.Target))
                {
                    group.Add(other.Target);
                    open.Enqueue(other.Answer);
                }
            }
        }

        return group;
    }

    /// <summary>Null when the group was accepted.</summary>
    private async Task<TAnswer?> TryAsync(IReadOnlyList<PatchTarget> group, CancellationToken cancellationToken)
    {
        IReadOnlyList<PatchTarget> all = [.. Accepted, .. group];
        var answer = await solve(all, cancellationToken);
        if (!answer.IsAcceptable)
            return answer;
        Accepted = all;
        Answer = answer;
        return null;
    }

    private sealed record Refusal(PatchTarget Target, TAnswer Answer, int AcceptedWhenAsked);
}
