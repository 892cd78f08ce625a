using PatchTools.Errors;
using PatchTools.Evaluation;
using PatchTools.Families.Shared;
using PatchTools.Families.Zypper.Commands;
using PatchTools.Processes;

namespace PatchTools.Families.Zypper.Planning;

/// <summary>
/// One question to the resolver and the verdict on its answer (reference 12 §9): acceptable is what has a solution,
/// removes nothing but what is replaced, downgrades nothing, changes no vendor without the administrator's consent, and
/// brings along no package that the policy refuses.
/// </summary>
internal sealed class ZypperSolver(
    IProcessRunner runner,
    ZypperCommands commands,
    ZypperExclusions exclusions,
    ZypperRefusals known,
    IDependencyPolicy policy,
    bool allowsVendorChange,
    LockWait locks,
    TimeSpan lockTimeout
)
{
    private readonly List<Exclusion> _excluded = [];

    /// <summary>Questions asked so far.</summary>
    public int Calls { get; private set; }

    /// <summary>Versions that the resolver must not take, because they would come along and are refused.</summary>
    public IReadOnlyList<Exclusion> Excluded => _excluded;

    public async Task<ZypperSolution> SolveAsync(
        IReadOnlyList<PatchTarget> targets,
        CancellationToken cancellationToken
    )
    {
        var solution = Judge(await AskAsync(targets, [], cancellationToken), targets);
        if (solution.Refused.Count == 0 || !exclusions.IsPossible)
            return solution;

        // Often a refused package is one of several ways: the resolver finds another when it may not take it.
        var hidden = Hidden(solution.Refused);
        var other = Judge(await AskAsync(targets, hidden, cancellationToken), targets);
        if (!other.IsAcceptable)
            return solution;
        _excluded.AddRange(hidden);
        return other;
    }

    private List<Exclusion> Hidden(IReadOnlyList<PlannedChange> refused) =>
        [
            .. RefusedCompanions
                .Editions(refused, known.Offered, policy)
                .Select(r => new Exclusion(r.Change.Name, r.Edition)),
        ];

    private async Task<ZypperAnswer> AskAsync(
        IReadOnlyList<PatchTarget> targets,
        IReadOnlyList<Exclusion> hidden,
        CancellationToken cancellationToken
    )
    {
        Calls++;
        await locks.WaitAsync(lockTimeout, cancellationToken);
        var command = commands.Plan(targets, exclusions.Apply([.. _excluded, .. hidden]));
        var result = await runner.RunAsync(command, cancellationToken);
        if (result.ExitCode == ZypperExitCode.Locked)
            throw locks.Busy();
        var answer = ZypperAnswer.Parse(result.ExitCode, result.StandardOutput, result.StandardError);
        return answer.Failure is { } failure
            ? throw new CommandFailedException(
                PatchErrors.PackageManagerFailed,
                command,
                $"zypper cannot plan: {failure}",
                result
            )
            : answer;
    }

    private ZypperSolution Judge(ZypperAnswer answer, IReadOnlyList<PatchTarget> targets)
    {
        if (!answer.HasSolution)
            return new ZypperSolution(
                answer,
                answer.Solutions.Any(s => s.StartsWith("deinstallation of ", StringComparison.Ordinal))
                    ? SetbackKind.WouldRemove
                    : SetbackKind.Dependency,
                null
            );
        if (answer.Changes.FirstOrDefault(c => c.Action == PlannedAction.Downgrade) is { } downgrade)
            return new ZypperSolution(
                answer,
                SetbackKind.Dependency,
                $"it would downgrade {downgrade.Name} from {downgrade.FromVersion} to {downgrade.ToVersion}"
            );
        var lost = answer
            .Changes.Where(c => c.Action == PlannedAction.Remove && known.WhyRemoved(c, answer) is null)
            .ToList();
        if (lost.Count > 0)
            return new ZypperSolution(
                answer,
                SetbackKind.WouldRemove,
                $"it would remove {string.Join(", ", lost.Select(c => $"{c.Name} {c.FromVersion}"))}"
            );
        if (!allowsVendorChange && answer.VendorChanges.Count > 0)
            return new ZypperSolution(
                answer,
                SetbackKind.Dependency,
                $"it would change the vendor of "
                    + $"{string.Join(", ", answer.VendorChanges.Select(c => $"{c.Name} {c.ToVersion}"))}"
            );

        var refused = RefusedCompanions.Of(answer.Changes, targets, policy);
        return refused.Reason is null
            ? new ZypperSolution(answer, null, null)
            : new ZypperSolution(answer, SetbackKind.RejectedDependency, refused.Reason) { Refused = refused.Changes };
    }
}

/// <summary>An answer of the resolver with the verdict on it.</summary>
/// <param name="Answer">What zypper said.</param>
/// <param name="Problem">Null: acceptable.</param>
/// <param name="Text">The verdict's own sentence; null where zypper's words say it.</param>
internal sealed record ZypperSolution(ZypperAnswer Answer, SetbackKind? Problem, string? Text) : IPlanAnswer
{
    /// <summary>Packages that would come along and that the policy refuses.</summary>
    public IReadOnlyList<PlannedChange> Refused { get; init; } = [];

    public bool IsAcceptable => Problem is null;

    public bool IsHopeless => false;

    public bool Blames(PatchTarget target) =>
        Answer.Blames(target)
        || (
            Text is not null
            && Answer.VendorChanges.Any(c => c.Name == target.Name && c.Architecture == target.Architecture)
        );

    public bool Mentions(PatchTarget target) => Answer.Mentions(target.Name);

    public PatchSetback SetbackOf(PatchTarget target) =>
        new(target, Problem ?? SetbackKind.Dependency, Text ?? Answer.Reason(target));
}
