namespace PatchTools.Engine.Tests.Evaluation;

/// <summary>
/// The synthetic rpm universe in which runs of the reference were recorded: 31 packages, 17 advisories, one of each
/// trouble.
/// </summary>
internal static class MadeUpUniverse
{
    /// <param name="family">Dnf, Yum or Zypper; dnf does not offer what a disabled module stream holds.</param>
    public static MadeUpHost On(PackageFamily family)
    {
        var host = family switch
        {
            PackageFamily.Dnf => MadeUpHost.Dnf(),
            PackageFamily.Yum => MadeUpHost.Yum(),
            _ => MadeUpHost.Zypper(),
        };
        void Advisory(int number, string type, string severity, string day, string[] ids) =>
            host.Advisory(
                new Advisory
                {
                    Id = $"FAKE-{number:D2}",
                    Classification = type,
                    Severity = family == PackageFamily.Zypper ? severity.ToLowerInvariant() : severity,
                    Date = MadeUpHost.Instant(day),
                    CveIds = [.. ids.Where(i => i.StartsWith("CVE", StringComparison.Ordinal))],
                    BugzillaIds = [.. ids.Where(i => !i.StartsWith("CVE", StringComparison.Ordinal))],
                }
            );
        Advisory(1, "security", "Important", "2026-01-05", ["CVE-2026-0001", "1000001"]);
        Advisory(2, "security", "Moderate", "2026-01-06", ["CVE-2026-0002"]);
        Advisory(3, "security", "Critical", "2026-01-07", ["CVE-2026-0003", "CVE-2026-0004"]);
        Advisory(4, "security", "Important", "2026-01-08", ["CVE-2026-0005"]);
        Advisory(5, "security", "Low", "2026-01-09", ["CVE-2026-0006"]);
        Advisory(6, "security", "", "2026-01-09", []);
        Advisory(7, "bugfix", "None", "2026-01-10", ["1000007"]);
        Advisory(8, "security", "Important", "2026-01-10", ["CVE-2026-0008"]);
        Advisory(9, "enhancement", "None", "2026-01-11", []);
        Advisory(10, "security", "Important", "2026-01-12", ["CVE-2026-0010"]);
        Advisory(11, "security", "Important", "2026-01-13", ["CVE-2026-0011"]);
        Advisory(12, "security", "Critical", "2026-01-14", ["CVE-2026-0012"]);
        Advisory(13, "security", "Important", "2026-01-15", ["CVE-2026-0013"]);
        Advisory(14, "security", "Important", "2026-01-15", ["CVE-2026-0014"]);
        Advisory(16, "security", "Important", "2026-01-17", ["CVE-2026-0016"]);
        Advisory(17, "security", "Important", "2026-06-01", ["CVE-2026-0017"]);
        host.Package("r-sec-missing", "1.0-1* BASE", "1.1-1 BASE adv=FAKE-01")
            .Package("r-sec-two", "1.0-1* BASE", "1.1-1 BASE adv=FAKE-02", "1.2-1 BASE adv=FAKE-03")
            .Package("r-sec-current", "1.0-1 BASE", "1.1-1* BASE adv=FAKE-04")
            .Package("r-sec-low", "1.0-1*", "1.1-1 BASE adv=FAKE-05")
            .Package("r-sec-noseverity", "1.0-1*", "1.1-1 BASE adv=FAKE-06")
            .Package("r-bug-missing", "1.0-1* BASE", "1.1-1 BASE adv=FAKE-07")
            .Package("r-enh-missing", "1.0-1*", "1.1-1 BASE adv=FAKE-09")
            .Package("r-sec-then-bug", "1.0-1*", "1.1-1 BASE adv=FAKE-08", "1.2-1 BASE adv=FAKE-07")
            .Package("r-nometa-missing", "1.0-1*", "1.1-1 BASE")
            .Package("r-nometa-current", "1.0-1* BASE")
            .Package("r-local-only", "0.9-1*")
            .Package("r-local-newer", "2.0-1*", "1.1-1 BASE adv=FAKE-10")
            .Package("r-na-sec", "1.1-1 BASE adv=FAKE-10")
            .Package("r-na-nometa", "1.1-1 BASE")
            .Package("r-rej-missing", "1.0-1*", "1.1-1 BASE adv=FAKE-04")
            .Package("r-rej-current", "1.1-1* BASE adv=FAKE-04")
            .Package("r-epoch", "1:1.0-1* BASE", "1:1.1-1 BASE adv=FAKE-11")
            .Package("r-epoch-bump", "2.0-1*", "1:1.0-1 BASE adv=FAKE-11")
            .Package(
                new MadeUpPackage
                {
                    Name = "r-noarch",
                    Architecture = "noarch",
                    Versions = ["1.0-1* BASE", "1.1-1 BASE adv=FAKE-11"],
                }
            )
            .Package("r-lex", "1.9-1* BASE", "1.10-1 BASE adv=FAKE-11")
            .Package("r-tilde", "1.0~rc1-1* BASE", "1.0-1 BASE adv=FAKE-11")
            .Package("r-release", "1.0-1.el8* BASE", "1.0-2.el8_1 BASE adv=FAKE-11", "1.0-10.el8 BASE adv=FAKE-11")
            .Package("r-dotted.name", "1.0-1*", "1.1-1 BASE adv=FAKE-11")
            .Package("r-dep-app", "1.0-1*", "2.0-1 BASE adv=FAKE-12")
            .Package("r-dep-lib", "1.0-1*", "2.0-1 BASE adv=FAKE-12")
            .Package("r-unmet", "1.0-1*", "2.0-1 BASE adv=FAKE-12")
            .Package("r-mod-on", "1.0-1.module*", "1.1-1.module BASE adv=FAKE-13")
            .Package(
                "r-mod-off",
                family == PackageFamily.Dnf ? ["1.0-1.module*"] : ["1.0-1.module*", "1.1-1.module BASE adv=FAKE-14"]
            )
            .Package("r-adv-not-in-repo", "1.0-1* BASE")
            .Package("r-multiversion", "1.0-1* BASE", "1.1-1* BASE", "1.2-1 BASE adv=FAKE-11")
            .Package("r-late", "1.0-1*", "1.1-1 BASE adv=FAKE-16", "1.2-1 BASE adv=FAKE-17");
        return host;
    }
}
