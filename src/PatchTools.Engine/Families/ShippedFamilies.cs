using PatchTools.Families.Apt;
using PatchTools.Families.Dnf;
using PatchTools.Families.Shared;
using PatchTools.Families.Zypper;

namespace PatchTools.Families;

/// <summary>The families that PatchTools ships.</summary>
internal static class ShippedFamilies
{
    /// <summary>zypper stands before dnf: a root that has repositories of both is zypper's.</summary>
    public static FamilyRegistry All { get; } =
        new(new AptFamily(), new ZypperFamily(), new DnfFamily(), new YumFamily());
}
