namespace PatchTools.Differential.Tests.Rpm;

/// <summary>
/// Draws hosts of dnf and zypper. Names and editions come from small pools, so that repositories, advisories and
/// installed packages meet.
/// </summary>
internal sealed class RpmGenerator(Draw draw, bool isZypper)
{
    /// <summary>Every edition that an installed package can have.</summary>
    public static readonly string[] InstalledEditions = ["1.0-1", "1.0-2", "1.1-1", "1:0.9-1", "1.1~rc1-1"];

    /// <summary>Every name that an installed package can have.</summary>
    public static readonly string[] Names = ["pa", "pb", "pc", "lib-one", "lib-two", "tool", "mod-tool", Kernel];

    public const string Kernel = "kernel-core";

    private const string Module = "rig";

    private static readonly string[] Editions =
    [
        .. InstalledEditions,
        "1.2-1",
        "1.1-1.el9",
        "2.0-1",
        "1:1.0-1",
        "1.1^git1-1",
        "1.10-1",
    ];

    private int _advisories;

    public static RpmUniverse OfDnf(Draw draw) => new RpmGenerator(draw, isZypper: false).Universe();

    public static RpmUniverse OfZypper(Draw draw) => new RpmGenerator(draw, isZypper: true).Universe();

    private RpmUniverse Universe()
    {
        List<RpmPackage> installed = [];
        foreach (var name in Names)
        {
            if (!draw.Chance(85))
                continue;
            var architecture = name == Kernel || draw.Chance(80) ? "x86_64" : "noarch";
            installed.Add(new RpmPackage(name, architecture, draw.Pick(InstalledEditions)));
            if (name == Kernel && !isZypper && draw.Chance(40))
                installed.Add(new RpmPackage(name, architecture, draw.Pick(InstalledEditions)));
        }

        List<RpmRepository> repositories = [Repository("base", installed, wellOnly: false)];
        if (draw.Chance(60))
            repositories.Add(Repository("updates", installed, wellOnly: false));
        if (draw.Chance(35))
            repositories.Add(Repository("extra", installed, wellOnly: false));
        return new RpmUniverse
        {
            Installed = [.. installed.Distinct()],
            Repositories = repositories,
            Excludes = !isZypper && draw.Chance(25) ? draw.Several(1, 2, Exclude) : [],
            Locks = draw.Chance(25) ? draw.Several(1, 2, Lock) : [],
            EnabledStreams = !isZypper && draw.Chance(20) ? [$"{Module}:{draw.Pick("1", "2")}"] : [],
        };
    }

    private RpmRepository Repository(string id, IReadOnlyList<RpmPackage> installed, bool wellOnly)
    {
        List<RpmPackage> packages = [];
        foreach (var name in Names)
        {
            for (var i = draw.Pick(0, 1, 1, 2, 3); i > 0; i--)
            {
                var usual = installed.FirstOrDefault(p => p.Name == name)?.Architecture ?? "x86_64";
                var architecture = name == Kernel || draw.Chance(85) ? usual : draw.Pick("x86_64", "noarch", "i686");
                packages.Add(
                    new RpmPackage(name, architecture, draw.Pick(Editions))
                    {
                        Obsoletes = name == "tool" && draw.Chance(10) ? "lib-two" : null,
                    }
                );
            }
        }

        packages = [.. packages.DistinctBy(p => p.Nevra)];
        var condition = !wellOnly && draw.Chance(10) ? draw.Pick("dead", "damaged") : null;
        return new RpmRepository(id)
        {
            Priority = draw.Chance(20) ? draw.Pick(50, 90, 110) : 99,
            Cost = !isZypper && draw.Chance(15) ? draw.Pick(500, 2000) : 1000,
            SkipIfUnavailable = condition == "dead" && !isZypper && draw.Chance(75),
            Condition = condition,
            Packages = packages,
            Advisories = draw.Chance(85) ? draw.Several(1, 5, () => Advisory(packages)) : [],
            Modules = !isZypper && draw.Chance(25) ? Modules(packages) : [],
        };
    }

    private RpmAdvisory Advisory(IReadOnlyList<RpmPackage> packages)
    {
        List<RpmPackage> named = [.. draw.Some(packages, 25)];
        if (draw.Chance(35) || named.Count == 0)
            named.Add(new RpmPackage(draw.Pick(Names), draw.Pick("x86_64", "x86_64", "noarch"), draw.Pick(Editions)));
        return new RpmAdvisory(
            $"RIG-{++_advisories:00}-{draw.Below(1000):000}",
            isZypper
                ? draw.Pick("security", "security", "recommended", "optional", "feature")
                : draw.Pick("security", "security", "bugfix", "enhancement", "newpackage"),
            draw.Pick("Critical", "Important", "Moderate", "Low", "")
        )
        {
            Status =
                draw.Chance(10) ? "retracted"
                : isZypper ? "stable"
                : "final",
            Collections = draw.Chance(15) ? 2 : 1,
            Packages = [.. named.DistinctBy(p => p.Nevra).Select(p => p with { Obsoletes = null })],
        };
    }

    private List<RpmModule> Modules(IReadOnlyList<RpmPackage> packages)
    {
        var own = packages.Where(p => p.Name == "mod-tool").ToList();
        return
        [
            new RpmModule(Module, "1", draw.Chance(50), draw.Some(own, 50)),
            new RpmModule(Module, "2", IsDefault: false, draw.Some(own, 50)),
        ];
    }

    private string Exclude() =>
        draw.Chance(5)
            ? "*"
            : draw.Pick(
                draw.Pick(Names),
                "lib-*",
                $"{draw.Pick(Names)}-{draw.Pick(Editions)}",
                $"{draw.Pick(Names)}-{draw.Pick(InstalledEditions)}"
            );

    private string Lock()
    {
        var name = draw.Pick(Names);
        if (isZypper)
            return name;
        var package = new RpmPackage(name, "x86_64", draw.Pick(Editions));
        var (epoch, version, release) = package.Parts;
        return $"{(draw.Chance(30) ? "!" : "")}{name}-{epoch}:{version}-{release}.*";
    }
}
