using PatchTools.Errors;
using PatchTools.Evaluation;
using PatchTools.Families.Dnf.Commands;
using PatchTools.Families.Dnf.Reading;
using PatchTools.Families.Shared;
using PatchTools.Processes;

namespace PatchTools.Families.Dnf.Planning;

/// <summary>
/// One question to the resolver and the verdict on its answer (reference 10 §9): acceptable is what has a solution,
/// removes nothing but what is replaced or what the host keeps fewer of, downgrades nothing, and brings along no
/// package that the policy refuses.
/// </summary>
internal sealed class DnfSolver(
    IProcessRunner runner,
    DnfCommands commands,
    DnfTool tool,
    DnfRefusals known,
    IDependencyPolicy policy,
    Func<Func<CancellationToken, Task>> lockWaits
)
{
    /// <summary>So often the lock may be taken again between waiting and asking.</summary>
    private const int MaxLocked = 20;

    private readonly List<string> _excluded = [];

    /// <summary>Questions asked so far.</summary>
    public int Calls { get; private set; }

    /// <summary>Versions that the resolver is not shown, because they would come along and are refused.</summary>
    public IReadOnlyList<string> Excluded => _excluded;

    public async Task<DnfSolution> SolveAsync(IReadOnlyList<PatchTarget> targets, CancellationToken cancellationToken)
    {
        var solution = Judge(await AskAsync(targets, [], cancellationToken), targets);
        if (solution.Refused.Count == 0)
            return solution;

        // Often a refused package is only recommended, or one of several ways: the resolver finds another when it is
        // not shown to it.
        var hidden = Hidden(solution.Refused);
        var other = Judge(await AskAsync(targets, hidden, cancellationToken), targets);
        if (!other.IsAcceptable)
            return solution;
        _excluded.AddRange(hidden);
        return other;
    }

    private List<string> Hidden(IReadOnlyList<PlannedChange> refused) =>
        [
            .. RefusedCompanions
                .Editions(refused, known.Offered, policy)
                .Select(r => DnfCommands.Spec(r.Change.Name, r.Change.Architecture, r.Edition)),
        ];

    private async Task<DnfAnswer> AskAsync(
        IReadOnlyList<PatchTarget> targets,
        IReadOnlyList<string> hidden,
        CancellationToken cancellationToken
    )
    {
        var waitForLock = lockWaits();
        for (var locked = 0; ; locked++)
        {
            await waitForLock(cancellationToken);
            Calls++;
            var command = commands.Plan(
                targets.Select(t => DnfCommands.Spec(t.Name, t.Architecture, t.Edition)),
                _excluded.Concat(hidden)
            );
            var result = await runner.RunAsync(command, cancellationToken);
            var answer = DnfAnswer.Parse(tool, result.ExitCode, result.StandardOutput, result.StandardError);
            if (DnfExitCode.EndedForLock(result) || answer.IsLocked)
            {
                if (locked >= MaxLocked)
                    throw new CommandFailedException(
                        PatchErrors.PackageManagerBusy,
                        command,
                        $"{tool.Command} cannot plan: somebody kept taking its lock.",
                        result
                    );
                continue;
            }

            return answer.Failure is { } failure
                ? throw new CommandFailedException(
                    PatchErrors.PackageManagerFailed,
                    command,
                    $"{tool.Command} cannot plan: {failure}",
                    result
                )
                : answer;
        }
    }

    private DnfSolution Judge(DnfAnswer answer, IReadOnlyList<PatchTarget> targets)
    {
        if (answer.Distrust is { } distrust)
            return new DnfSolution(answer, SetbackKind.NotAuthenticated, distrust);
        if (!answer.HasSolution)
        {
            var isProtected = answer.Problems.Any(p =>
                p.Contains("removing the following protected packages", StringComparison.Ordinal)
                || p.EndsWith("which is protected", StringComparison.Ordinal)
                || p.Contains("removing the running kernel", StringComparison.Ordinal)
                || p.Contains("removing of running kernel", StringComparison.Ordinal)
            );
            return new DnfSolution(answer, isProtected ? SetbackKind.WouldRemove : SetbackKind.Dependency, null);
        }

        if (targets.Where(t => !answer.Brings(t)).ToList() is { Count: > 0 } passedOver)
            return new DnfSolution(
                answer,
                SetbackKind.Dependency,
                $"{tool.Command} would leave {passedOver[0].Name} as it is"
            )
            {
                PassedOver = passedOver,
            };
        if (answer.Changes.FirstOrDefault(c => c.Action == PlannedAction.Downgrade) is { } downgrade)
            return new DnfSolution(
                answer,
                SetbackKind.Dependency,
                $"it would downgrade {downgrade.Name} from {downgrade.FromVersion} to {downgrade.ToVersion}"
            );
        var lost = answer
            .Changes.Where(c => c.Action == PlannedAction.Remove && c.Note is null && !MakesRoom(c, answer))
            .ToList();
        if (lost.Count > 0)
            return new DnfSolution(
                answer,
                SetbackKind.WouldRemove,
                $"it would remove {string.Join(", ", lost.Select(c => $"{c.Name} {c.FromVersion}"))}"
            );

        var refused = RefusedCompanions.Of(answer.Changes, targets, policy);
        return refused.Reason is null
            ? new DnfSolution(answer, null, null)
            : new DnfSolution(answer, SetbackKind.RejectedDependency, refused.Reason) { Refused = refused.Changes };
    }

    /// <summary>
    /// The oldest of several versions goes where the newest of an install-only package comes
    /// (<c>installonly_limit</c>).
    /// </summary>
    internal static bool MakesRoom(PlannedChange removal, DnfAnswer answer) =>
        answer.Changes.Any(c => c.Action == PlannedAction.Install && c.Name == removal.Name);
}

/// <summary>An answer of the resolver with the verdict on it.</summary>
/// <param name="Answer">What the tool said.</param>
/// <param name="Problem">Null: acceptable.</param>
/// <param name="Text">The verdict's own sentence; null where the tool's words say it.</param>
internal sealed record DnfSolution(DnfAnswer Answer, SetbackKind? Problem, string? Text) : IPlanAnswer
{
    /// <summary>Packages that would come along and that the policy refuses.</summary>
    public IReadOnlyList<PlannedChange> Refused { get; init; } = [];

    /// <summary>
    /// Targets that the answer does without: yum 3 plans what it can and gives no word about the others.
    /// </summary>
    public IReadOnlyList<PatchTarget> PassedOver { get; init; } = [];

    public bool IsAcceptable => Problem is null;

    public bool IsHopeless => Answer.Distrust is not null;

    public bool Blames(PatchTarget target) => PassedOver.Contains(target) || Answer.Blames(target);

    public bool Mentions(PatchTarget target) => Answer.Mentions(target.Name);

    public PatchSetback SetbackOf(PatchTarget target) =>
        new(target, Problem ?? SetbackKind.Dependency, Text ?? Answer.Reason(target));
}
