namespace PatchTools.Model;

/// <summary>
/// The product that PRODUCT filters and a baseline's sources are compared with: that of the host whose packages are
/// judged, by its own os-release. The snapshot's is that of the host which asked for it.
/// </summary>
internal static class JudgedProduct
{
    public static string Of(PatchSnapshot snapshot, HostInventory inventory) =>
        inventory.Origin == InventoryOrigin.Host ? OfThisHost(snapshot, inventory.OperatingSystem) : inventory.Product;

    /// <summary>Of a system that os-release does not tell, the service may know more than this host itself.</summary>
    public static string OfThisHost(PatchSnapshot snapshot, OsRelease osRelease)
    {
        if (OperatingSystemIdentity.TryFrom(osRelease) is { } identity)
            return identity.Product;
        return snapshot.Product.Length > 0 ? snapshot.Product : OperatingSystemIdentity.OwnProduct(osRelease);
    }
}
