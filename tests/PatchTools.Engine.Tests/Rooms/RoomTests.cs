using ArchUnitNET.Domain;
using ArchUnitNET.Domain.Extensions;
using ArchUnitNET.Loader;
using PatchTools.Operations;
using Xunit;

namespace PatchTools.Engine.Tests.Rooms;

/// <summary>
/// The arrows that <c>src/README.md</c> draws: a room asks only rooms that stand before it here, so that there is no
/// circle. The evaluation stands before every family: it is pure, and knows none of them.
/// </summary>
public sealed class RoomTests
{
    /// <summary>Namespaces of the rooms; <c>PatchTools</c> alone is that of the types that scripts see.</summary>
    private static readonly string[] Order =
    [
        "PatchTools.Text",
        "PatchTools.Errors",
        "PatchTools.Checksums",
        "PatchTools.Versions",
        "PatchTools.Patterns",
        "PatchTools.Files",
        "PatchTools.Model",
        "PatchTools.Json",
        "PatchTools.Ports",
        "PatchTools.Hosts",
        "PatchTools.Processes",
        "PatchTools.Evaluation",
        "PatchTools.Reports.Completing",
        "PatchTools.Families.Shared",
        "PatchTools.Families.Apt.Evaluation",
        "PatchTools.Families.Apt.Reading",
        "PatchTools.Families.Apt.Commands",
        "PatchTools.Families.Apt.Refresh",
        "PatchTools.Families.Apt.Planning",
        "PatchTools.Families.Apt.Transaction",
        "PatchTools.Families.Apt.Reboot",
        "PatchTools.Families.Apt",
        "PatchTools.Families.Rpm.Evaluation",
        "PatchTools.Families.Rpm.Reading",
        "PatchTools.Families.Rpm.Metadata",
        "PatchTools.Families.Rpm.Transaction",
        "PatchTools.Families.Rpm.Reboot",
        "PatchTools.Families.Rpm",
        "PatchTools.Families.Dnf.Evaluation",
        "PatchTools.Families.Dnf.Reading",
        "PatchTools.Families.Dnf.Commands",
        "PatchTools.Families.Dnf.Refresh",
        "PatchTools.Families.Dnf.Reboot",
        "PatchTools.Families.Dnf.Planning",
        "PatchTools.Families.Dnf.Transaction",
        "PatchTools.Families.Dnf",
        "PatchTools.Families.Zypper.Evaluation",
        "PatchTools.Families.Zypper.Reading",
        "PatchTools.Families.Zypper.Commands",
        "PatchTools.Families.Zypper.Refresh",
        "PatchTools.Families.Zypper.Reboot",
        "PatchTools.Families.Zypper.Planning",
        "PatchTools.Families.Zypper.Transaction",
        "PatchTools.Families.Zypper",
        "PatchTools.Families",
        "PatchTools.Inventories",
        "PatchTools.Snapshots",
        "PatchTools.Baselines",
        "PatchTools.Reports.Sinks.Ssm",
        "PatchTools.Reports.Saving",
        "PatchTools.Reports.Spool",
        "PatchTools.Reports",
        "PatchTools.Reboot",
        "PatchTools.Preflight",
        "PatchTools.Presentation",
        "PatchTools.Payloads",
        "PatchTools.Fleet",
        "PatchTools.Operations",
    ];

    private static readonly Architecture House = new ArchLoader()
        .LoadAssemblies(typeof(PatchBaseline).Assembly, typeof(PatchRun).Assembly)
        .Build();

    [Fact]
    public void A_room_asks_only_rooms_before_it()
    {
        var arrows = House.Types.Where(type => IsOurs(type)).SelectMany(Arrows).ToList();

        Assert.NotEmpty(arrows);
        Assert.DoesNotContain(arrows, arrow => arrow.To > arrow.From);

        static IEnumerable<Arrow> Arrows(IType type) =>
            from dependency in type.Dependencies
            where IsOurs(dependency.Target)
            select new Arrow(type.FullName, RoomOf(type), dependency.Target.FullName, RoomOf(dependency.Target));
    }

    [Fact]
    public void Every_type_stands_in_a_room_of_the_list() =>
        Assert.Equal(
            [],
            House
                .Types.Where(type => IsOurs(type) && RoomOf(type) < 0)
                .Select(type => type.FullName)
                .Order(StringComparer.Ordinal)
        );

    private static bool IsOurs(IType type) =>
        type.Namespace is { FullName: { } space }
        && (space == "PatchTools" || space.StartsWith("PatchTools.", StringComparison.Ordinal));

    /// <summary>Place in the list, -1 where it is not there.</summary>
    private static int RoomOf(IType type) =>
        Array.IndexOf(Order, type.Namespace.FullName is "PatchTools" ? "PatchTools.Model" : type.Namespace.FullName);

    private sealed record Arrow(string Type, int From, string Asks, int To);
}
