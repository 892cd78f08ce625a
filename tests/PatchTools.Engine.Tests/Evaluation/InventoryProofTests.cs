using System.Globalization;
using PatchTools.Model;
using Xunit;

namespace PatchTools.Engine.Tests.Evaluation;

/// <summary>What makes an inventory proof, for every family alike.</summary>
public sealed class InventoryProofTests
{
    private static readonly RepositoryHealth _system = new()
    {
        Name = "system",
        Status = RepositoryStatus.Ok,
        HasUsableMetadata = true,
        IsOperatingSystem = true,
    };

    private static readonly RepositoryHealth _other = _system with { Name = "docker", IsOperatingSystem = false };

    [Fact]
    public void The_operating_systems_repository_alone_proves()
    {
        Assert.Empty(Inventory(_system).NotProvenBecause);
        Assert.True(Inventory(_system).IsProven);
    }

    [Fact]
    public void Nothing_is_proven_without_repositories() => NotProven(Inventory(), "no repository is enabled");

    [Fact]
    public void Nothing_is_proven_by_the_repository_of_somebody_else() =>
        NotProven(
            Inventory(_other),
            "none of the repositories with usable metadata is the operating system's (docker)"
        );

    [Fact]
    public void Nothing_is_proven_by_a_package_database_without_packages() =>
        NotProven(
            Inventory(_system) with
            {
                Packages = new PackageCatalogBuilder().Build(),
            },
            "the package database has no installed package"
        );

    [Fact]
    public void A_repository_that_is_not_dispensable_must_have_usable_metadata() =>
        NotProven(Inventory(_system, Stale(_other)), "docker has no recent metadata");

    [Fact]
    public void Several_are_counted() =>
        NotProven(
            Inventory(_system, Stale(_other), Stale(_other) with { Name = "epel" }),
            "docker and 1 more have no recent metadata"
        );

    [Fact]
    public void A_damaged_repository_is_named_with_its_damage() =>
        NotProven(
            Inventory(
                Stale(_system) with
                {
                    Status = RepositoryStatus.Damaged,
                    Message = "Packages is not what Release promises.",
                }
            ),
            "system is damaged (Packages is not what Release promises)"
        );

    [Fact]
    public void A_dispensable_repository_only_warns_while_the_operating_systems_own_is_usable()
    {
        var inventory = Inventory(_system, Dispensable(_other));

        Assert.True(inventory.IsProven);
        Assert.Equal(
            [
                "Repository docker is skipped (skip_if_unavailable): it has no usable metadata, and its updates are "
                    + "not "
                    + "known.",
            ],
            InventoryProof.Warnings(inventory)
        );
    }

    [Fact]
    public void Dispensable_repositories_do_not_make_a_proof_of_nothing() =>
        NotProven(Inventory(Dispensable(_system), Dispensable(_other)), "no enabled repository has usable metadata");

    [Fact]
    public void A_dispensable_repository_of_the_operating_system_is_needed_where_only_others_are_usable() =>
        NotProven(
            Inventory(Dispensable(_system), _other),
            "none of the repositories with usable metadata is the operating system's (docker)"
        );

    [Fact]
    public void A_doubt_is_reason_enough_and_cautions_are_none()
    {
        NotProven(
            Inventory(_system) with
            {
                Doubts = ["The clock is 3 hours behind the Release file."],
            },
            "the clock is 3 hours behind the Release file"
        );
        Assert.True((Inventory(_system) with { Cautions = ["Debian 9 has had no updates since 2022."] }).IsProven);
    }

    [Fact]
    public void The_verdict_takes_the_first_sentence_of_a_reason_and_the_warnings_all_of_it()
    {
        const string doubt = "The clock says 08:00. and is behind. Set the clock right.";
        var inventory = Inventory(_system) with { Doubts = [doubt] };

        Assert.Equal("the clock says 08:00. and is behind", InventoryProof.Clause(inventory.NotProvenBecause));
        Assert.Equal(
            ["Not proven: the clock says 08:00. and is behind. Set the clock right."],
            InventoryProof.Warnings(inventory)
        );
        Assert.Equal(
            "no repository is enabled, and the clock says 08:00. and is behind",
            InventoryProof.Clause((inventory with { Repositories = [] }).NotProvenBecause)
        );
        Assert.Equal(
            "no repository is enabled, and there are 2 more reasons",
            InventoryProof.Clause((inventory with { Repositories = [], Doubts = [doubt, doubt] }).NotProvenBecause)
        );
    }

    [Fact]
    public void An_older_inventory_is_judged_by_what_its_repositories_offer()
    {
        Assert.True(Inventory(_system with { IsOperatingSystem = null }).IsProven);
        Assert.True(
            Inventory(_system with { IsOperatingSystem = null }, _other with { IsOperatingSystem = null }).IsProven
        );
        NotProven(
            Inventory(Dispensable(_system) with { IsOperatingSystem = null }, _other with { IsOperatingSystem = null }),
            "none of the repositories with usable metadata is the operating system's (docker)"
        );
    }

    [Theory]
    [InlineData("Debian", "Debian", "debian", "", true)]
    [InlineData("Debian", "Debian-Security", "debian", "", true)]
    [InlineData("", "Debian-Security", "debian", "", true)]
    [InlineData("Debian Backports", "Debian Backports", "debian", "", true)]
    [InlineData("Ubuntu", "Ubuntu", "ubuntu", "debian", true)]
    [InlineData("UbuntuESM", "UbuntuESM", "ubuntu", "debian", true)]
    [InlineData("Raspbian", "Raspbian", "raspbian", "debian", true)]
    [InlineData("linuxmint", "linuxmint", "linuxmint", "ubuntu debian", true)]
    [InlineData("Ubuntu", "Ubuntu", "linuxmint", "ubuntu debian", true)]
    [InlineData("Kali", "Kali", "kali", "debian", true)]
    [InlineData("Proxmox", "Proxmox Debian Repository", "debian", "", false)]
    [InlineData("Docker", "Docker CE", "debian", "", false)]
    [InlineData("LP-PPA-ubuntu-toolchain-r", "Ubuntu toolchain", "ubuntu", "debian", false)]
    [InlineData("microsoft-ubuntu-jammy-prod jammy", "microsoft-ubuntu-jammy-prod jammy", "ubuntu", "debian", false)]
    [InlineData("Debianish", "Debianish", "debian", "", false)]
    [InlineData("", "", "debian", "", false)]
    [InlineData("Debian", "Debian", "", "", false)]
    public void A_release_file_names_the_operating_system_or_it_does_not(
        string origin,
        string label,
        string id,
        string like,
        bool isNamed
    ) =>
        Assert.Equal(
            isNamed,
            OperatingSystemRepository.IsNamed(
                origin,
                label,
                new OsRelease { Id = id, IdLike = like.Split(' ', StringSplitOptions.RemoveEmptyEntries) }
            )
        );

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public void More_than_half_of_the_installed_packages_is_more_than_half(int offered, bool isMost)
    {
        var host = MadeUpHost.Dnf();
        for (var i = 0; i < 4; i++)
            host.Package(
                string.Create(CultureInfo.InvariantCulture, $"p{i}"),
                i < offered ? "1-1* BASE" : "1-1* NOW",
                i < offered ? "2-1 EXTRA" : "2-1 NOW"
            );
        var inventory = host.Inventory();

        Assert.Equal([isMost, isMost], OperatingSystemRepository.OfferMostPackages(inventory.Packages, 2));
    }

    [Fact]
    public void A_package_that_went_from_noarch_to_the_native_architecture_is_still_offered()
    {
        var inventory = MadeUpHost
            .Dnf()
            .Package(
                new MadeUpPackage
                {
                    Name = "confkit",
                    Architecture = "noarch",
                    Versions = ["1-1* NOW"],
                }
            )
            .Package("confkit", "2-1 BASE")
            .Package("tool", "1-1*", "2-1 EXTRA")
            .Package(
                new MadeUpPackage
                {
                    Name = "tool",
                    Architecture = "noarch",
                    Versions = ["2-1 BASE"],
                }
            )
            .Inventory();

        Assert.Equal([true, false], OperatingSystemRepository.OfferMostPackages(inventory.Packages, 2));
    }

    private static void NotProven(HostInventory inventory, params string[] reasons)
    {
        Assert.Equal(reasons, inventory.NotProvenBecause);
        Assert.False(inventory.IsProven);
    }

    /// <summary>Three packages, two of which the first repository offers and one the second.</summary>
    private static HostInventory Inventory(params RepositoryHealth[] repositories) =>
        MadeUpHost
            .Dnf()
            .Package("bash", "5-1* BASE")
            .Package("glibc", "2-1* BASE")
            .Package("docker-ce", "27-1* EXTRA")
            .Inventory() with
        {
            Repositories = repositories,
        };

    private static RepositoryHealth Stale(RepositoryHealth repository) =>
        repository with
        {
            Status = RepositoryStatus.Stale,
            HasUsableMetadata = false,
        };

    private static RepositoryHealth Dispensable(RepositoryHealth repository) =>
        Stale(repository) with
        {
            SkipIfUnavailable = true,
        };
}
