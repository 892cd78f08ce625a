using PatchTools.Errors;
using PatchTools.Evaluation;
using PatchTools.Families;
using PatchTools.Families.Shared;
using PatchTools.Ports;
using PatchTools.Testing.Recordings;
using PatchTools.Versions;

namespace PatchTools.Differential.Tests.Rpm;

/// <summary>What the comparisons of dnf and zypper share.</summary>
internal static class RpmComparison
{
    /// <summary>The inventory of a host; null where it was refused as it had to be, with a typed error.</summary>
    public static HostInventory? Inventory(IPackageManager manager, RpmUniverse universe, List<string> lines)
    {
        var isSpoiled = universe.Repositories.Any(r =>
            r.Condition == "damaged" || (r.Condition == "dead" && !r.SkipIfUnavailable)
        );
        HostInventory inventory;
        try
        {
            inventory = Wait(
                manager.GetInventoryAsync(
                    new InventoryRequest { Origin = InventoryOrigin.Root },
                    SilentObserver.Instance,
                    CancellationToken.None
                )
            );
        }
        catch (PatchToolsException) when (isSpoiled)
        {
            return null;
        }

        var mustNotBeProven = isSpoiled || !universe.Repositories.Any(r => r.Condition is null);
        if (mustNotBeProven && inventory.IsProven)
            lines.Add("proof: proven, although a repository is dead or damaged");
        return inventory;
    }

    /// <summary>What a baseline of one rule misses, as <c>name → (edition, advisory ids)</c>.</summary>
    public static Dictionary<string, PatchFinding> Missing(
        HostInventory inventory,
        string operatingSystem,
        string product,
        bool securityOnly
    ) =>
        BaselineEvaluator
            .Evaluate(
                new EvaluationRequest
                {
                    Snapshot = OneRuleSnapshots.Of(operatingSystem, product, securityOnly),
                    Inventory = inventory,
                    Now = TimeProvider.System.GetUtcNow(),
                    ExecutionId = "00000000-0000-0000-0000-000000000000",
                }
            )
            .Findings.Where(f => f.State == PatchState.Missing)
            .ToDictionary(f => f.Name, StringComparer.Ordinal);

    /// <summary>Lines for every name on which two answers differ.</summary>
    public static void Differ(
        string kind,
        string tool,
        Dictionary<string, string> theirs,
        Dictionary<string, string> ours,
        List<string> lines
    )
    {
        foreach (var name in theirs.Keys.Union(ours.Keys).Order(StringComparer.Ordinal))
        {
            if (theirs.GetValueOrDefault(name) != ours.GetValueOrDefault(name))
                lines.Add(
                    $"{kind} {name}: {tool} {theirs.GetValueOrDefault(name) ?? "nothing"}, PatchTools "
                        + $"{ours.GetValueOrDefault(name) ?? "nothing"}"
                );
        }
    }

    /// <summary>An edition with its epoch only where it is not 0.</summary>
    public static string Edition(string edition) =>
        edition.StartsWith("0:", StringComparison.Ordinal) ? edition[2..] : edition;

    public static T Wait<T>(Task<T> task) => task.WaitAsync(TimeSpan.FromMinutes(10)).GetAwaiter().GetResult();
}
