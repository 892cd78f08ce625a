using PatchTools.Errors;
using PatchTools.Families.Shared;
using PatchTools.Model;

namespace PatchTools.Families;

/// <summary>Whether a snapshot was made for the host that it is to judge.</summary>
internal static class SnapshotFit
{
    /// <summary>AWS's names of operating systems that no package manager of PatchTools knows.</summary>
    private static readonly string[] _foreign = ["WINDOWS", "MACOS"];

    /// <summary>
    /// Refuses a snapshot for another world of packages: nothing of it could match, so everything would look compliant.
    /// </summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.SnapshotForAnotherFamily"/>.</exception>
    public static void Demand(PatchSnapshot snapshot, HostInventory inventory, FamilyRegistry registry)
    {
        List<PackageFamily> families =
        [
            .. FamiliesOf(snapshot).Select(family => registry.Of(family).Baselines).Distinct(),
        ];
        var isForeign = _foreign.Contains(snapshot.OperatingSystem, StringComparer.OrdinalIgnoreCase);
        if (!isForeign && (families.Count == 0 || families.Contains(registry.Of(inventory.Family).Baselines)))
            return;
        throw new PatchToolsException(
            PatchErrors.SnapshotForAnotherFamily,
            $"The snapshot is for {snapshot.OperatingSystem}"
                + $"{(snapshot.Product.Length > 0 ? $" (product {snapshot.Product})" : "")}, and this host has "
                + $"{inventory.PackageManager} ({NameOf(inventory.OperatingSystem)}). "
                + "Nothing was judged, saved or sent.",
            snapshot.SnapshotId
        );
    }

    /// <summary>What a reader should know where the snapshot was made for another product of the same world.</summary>
    public static IEnumerable<string> Warnings(PatchSnapshot snapshot, HostInventory inventory)
    {
        if (OperatingSystemIdentity.TryFrom(inventory.OperatingSystem) is not { } host)
            yield break;
        var isKnown = OperatingSystems.All.Any(system => system.AwsName == snapshot.OperatingSystem);
        if (isKnown && snapshot.OperatingSystem != host.AwsName)
            yield return $"The baseline is for {snapshot.OperatingSystem}, and this host is "
                + $"{NameOf(inventory.OperatingSystem)} ({host.AwsName}).";
        else if (snapshot.Product.Length > 0 && snapshot.Product != host.Product)
            yield return $"The snapshot was made for the product {snapshot.Product}, and this host is {host.Product}.";
    }

    private static IEnumerable<PackageFamily> FamiliesOf(PatchSnapshot snapshot)
    {
        List<SupportedOperatingSystem> systems =
        [
            .. OperatingSystems.All.Where(system =>
                system.AwsName.Equals(snapshot.OperatingSystem, StringComparison.OrdinalIgnoreCase)
            ),
        ];
        if (systems.Count == 0)
            systems.AddRange(
                OperatingSystems.All.Where(system =>
                    snapshot.Product.StartsWith(system.ProductName, StringComparison.OrdinalIgnoreCase)
                )
            );
        return systems.Select(system => system.Family);
    }

    private static string NameOf(OsRelease system) => system.PrettyName.Length > 0 ? system.PrettyName : system.Id;
}
