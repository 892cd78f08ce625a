namespace PatchTools.Differential.Tests.Apt;

/// <summary>
/// Draws hosts of apt. Names and versions come from small pools, so that archives, pins and installed packages meet.
/// </summary>
internal sealed class AptGenerator(Draw draw)
{
    private static readonly string[] Names = ["pa", "pb", "pc", "lib-one", "lib-two", "web", "tool", "zz"];
    private readonly List<string> _versions = [];

    public static AptUniverse Make(Draw draw) => new AptGenerator(draw).Universe();

    private AptUniverse Universe()
    {
        for (var i = 0; i < 7; i++)
            _versions.Add(Version());
        IReadOnlyList<string> architectures = draw.Chance(35) ? ["amd64", "i386"] : ["amd64"];
        var archives = Archives(architectures);
        return new AptUniverse
        {
            Architectures = architectures,
            Archives = archives,
            Installed = Installed(architectures),
            Pins = draw.Chance(60) ? draw.Several(1, 4, () => Pin(archives)) : [],
            DefaultRelease = draw.Chance(15) ? draw.Pick(archives).Suite : null,
            IsDeb822 = draw.Chance(50),
        };
    }

    private string Version()
    {
        var epoch = draw.Chance(20) ? $"{draw.Between(1, 2)}:" : "";
        var upstream = draw.Pick("1.0", "1.1", "1.2", "1.10", "2.0", "1.1a", "1.0+git1", "0.9", "1.01");
        var pre = draw.Chance(20) ? draw.Pick("~rc1", "~", "~beta2") : "";
        var revision = draw.Chance(80)
            ? $"-{draw.Pick("1", "2", "1+b1", "1+deb12u1", "1~bpo12", "0ubuntu1.2", "1a")}"
            : "";
        return epoch + upstream + pre + revision;
    }

    private List<AptInstalled> Installed(IReadOnlyList<string> architectures)
    {
        List<AptInstalled> installed = [];
        foreach (var name in Names)
        {
            foreach (var architecture in architectures)
            {
                if (!draw.Chance(architecture == "amd64" ? 75 : 25))
                    continue;
                var version = draw.Pick(_versions);
                if (installed.Find(p => p.Name == name) is { } other)
                    version = other.Version;
                installed.Add(
                    new AptInstalled(name, draw.Chance(10) && architectures.Count == 1 ? "all" : architecture, version)
                    {
                        IsHeld = draw.Chance(8),
                        MultiArch = architectures.Count > 1 ? "same" : null,
                    }
                );
            }
        }

        return installed;
    }

    private List<AptArchive> Archives(IReadOnlyList<string> architectures)
    {
        List<AptArchive> archives = [Archive("Debian", "Debian", "stable", "bookworm", architectures)];
        if (draw.Chance(70))
            archives.Add(Archive("Debian", "Debian-Security", "stable-security", "bookworm-security", architectures));
        if (draw.Chance(35))
            archives.Add(
                Archive(
                    "Debian Backports",
                    "Debian Backports",
                    "stable-backports",
                    "bookworm-backports",
                    architectures
                ) with
                {
                    IsNotAutomatic = true,
                    IsButAutomaticUpgrades = draw.Chance(70),
                }
            );
        if (draw.Chance(30))
            archives.Add(Archive("Debian", "Debian", "testing", "trixie", architectures) with { Version = "13" });
        if (draw.Chance(30))
            archives.Add(
                Archive("Vendor X", "vendor", "stable", "bookworm", architectures) with
                {
                    Site = "vendor.example.com",
                    IsTrusted = draw.Chance(50),
                    IsNotAutomatic = draw.Chance(15),
                }
            );
        return archives;
    }

    private AptArchive Archive(
        string origin,
        string label,
        string suite,
        string codename,
        IReadOnlyList<string> architectures
    )
    {
        List<AptIndex> indexes = [];
        IReadOnlyList<string> components = draw.Chance(30) ? ["main", "contrib"] : ["main"];
        foreach (var component in components)
        {
            foreach (var architecture in architectures)
                indexes.Add(new AptIndex(component, architecture, Stanzas(architecture)));
        }

        return new AptArchive("deb.example.org", suite, codename, origin, label)
        {
            Indexes = indexes,
            IsStale = draw.Chance(6),
            Damage = draw.Chance(5) ? draw.Pick("zeros", "cut", "other", "changed") : null,
        };
    }

    private List<AptStanza> Stanzas(string architecture)
    {
        List<AptStanza> stanzas = [];
        foreach (var name in Names)
        {
            for (var i = draw.Pick(0, 0, 1, 1, 1, 2); i > 0; i--)
                stanzas.Add(
                    new AptStanza(name, draw.Chance(10) ? "all" : architecture, draw.Pick(_versions))
                    {
                        Priority = draw.Pick("required", "important", "standard", "optional", "extra"),
                        Section = draw.Pick("admin", "libs", "net"),
                        Size = draw.Chance(15) ? 2000 : 1000,
                        Phased = draw.Chance(8) ? draw.Pick(0, 10, 50, 100) : null,
                        MultiArch = draw.Chance(30) ? "same" : null,
                        Depends = draw.Chance(12) ? Dependency() : null,
                    }
                );
        }

        return [.. stanzas.DistinctBy(s => (s.Name, s.Architecture, s.Version))];
    }

    private string Dependency() => $"{draw.Pick(Names)} ({draw.Pick(">=", ">=", "<<", "=")} {draw.Pick(_versions)})";

    private AptPin Pin(IReadOnlyList<AptArchive> archives)
    {
        var packages = draw.Pick(
            "*",
            "*",
            draw.Pick(Names),
            draw.Pick(Names),
            "lib-*",
            "/^p/",
            $"{draw.Pick(Names)}:any"
        );
        var archive = draw.Pick(archives);
        var version = draw.Pick(_versions);
        var pin = draw.Below(8) switch
        {
            0 when packages != "*" => $"version {version}",
            1 when packages != "*" => $"version {version[..1]}*",
            2 => $"origin {archive.Site}",
            3 => $"release n={archive.Codename}",
            4 => $"release o={archive.Origin}",
            5 => $"release l={archive.Label}",
            6 => $"release c={draw.Pick("main", "contrib")}",
            _ => $"release a={archive.Suite}",
        };
        return new AptPin(packages, pin, draw.Pick(-1, -10, 1, 50, 100, 400, 500, 600, 990, 991, 1000, 1001));
    }
}
