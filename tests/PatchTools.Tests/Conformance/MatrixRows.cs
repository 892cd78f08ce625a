using System.Globalization;
using System.Text.RegularExpressions;
using PatchTools.Testing.Rigs;

namespace PatchTools.Tests.Conformance;

/// <summary>What is done to a healthy host, and on which families.</summary>
internal static partial class MatrixRows
{
    public static string[] All { get; } = ["apt", "dnf", "yum", "zypper"];

    private static readonly string[] s_rpm = ["dnf", "yum", "zypper"];
    private static readonly string[] s_apt = ["apt"];

    /// <summary>Nothing of these proves anything: no list of such a host may ever look complete.</summary>
    public static Dictionary<string, (string[] Families, Action<MatrixHost> Spoil)> NotProven { get; } =
        new(StringComparer.Ordinal)
        {
            ["no repository"] = (All, host => host.RemoveRepositories()),
            ["every repository disabled"] = (All, DisableRepositories),
            ["nothing fetched"] = (All, host => host.Forget()),
            ["fetched too long ago"] = (All, host => host.Now += TimeSpan.FromDays(30)),
            ["only somebody else's repository"] = (All, host => host.OnlyForeignRepository()),
            ["only a repository of extra packages"] = (s_rpm, OnlyExtraPackages),
            ["only a repository without a package"] = (s_rpm, OnlyEmptyRepository),
            ["only docker's, of which a package is installed"] = (s_rpm, OnlyDockers),
            ["only a component that is not there"] = (
                s_apt,
                host => host.Sources("deb [trusted=yes] file:/srv/repo bookworm contrib")
            ),
            ["only lists of another architecture"] = (
                s_apt,
                host => host.Sources("deb [trusted=yes arch=i386] file:/srv/repo bookworm main")
            ),
            ["dispensable by its section"] = (
                ["dnf", "yum"],
                host =>
                {
                    host.Append("etc/yum.repos.d/fake.repo", "skip_if_unavailable=1\n");
                    host.Forget();
                }
            ),
            ["dispensable by the main section"] = (
                ["dnf", "yum"],
                host =>
                {
                    if (host.Family == "yum")
                        host.Append("etc/yum.conf", "skip_if_unavailable=1\n");
                    else
                        host.Write("etc/dnf/dnf.conf", "[main]\nskip_if_unavailable=1\n");
                    host.Forget();
                }
            ),
            ["lists of zeros"] = (All, host => host.Rewrite(host.Lists, bytes => new byte[bytes.Length])),
            ["lists of random bytes"] = (All, host => host.Rewrite(host.Lists, Random)),
            ["lists cut in the middle"] = (All, host => host.Rewrite(host.Lists, bytes => bytes[..(bytes.Length / 2)])),
            ["lists that are empty files"] = (All, host => host.Rewrite(host.Lists, _ => [])),
            ["lists with one byte more"] = (All, host => host.Rewrite(host.Lists, bytes => [.. bytes, 0])),
            ["lists that lack packages, validly packed"] = (All, host => host.ReplaceLists(host.ShortList)),
            ["lists of no package, validly packed"] = (All, host => host.ReplaceLists(host.EmptyList)),
            ["lists that are gone"] = (All, host => host.Delete(host.Lists)),
            ["advisories of none, validly packed"] = (
                s_rpm,
                host => host.Rewrite(host.Advisories, _ => MatrixHost.Packed("<?xml version=\"1.0\"?>\n<updates/>\n"))
            ),
            ["advisories of zeros"] = (s_rpm, host => host.Rewrite(host.Advisories, bytes => new byte[bytes.Length])),
            ["advisories that are gone"] = (s_rpm, host => host.Delete(host.Advisories)),
            ["table of contents gone"] = (All, host => host.Delete(host.Contents)),
            ["table of contents gone, of sources that are not trusted"] = (
                s_apt,
                host =>
                {
                    host.Sources("deb file:/srv/repo bookworm main\ndeb file:/srv/repo bookworm-security main");
                    host.Delete(host.Contents);
                }
            ),
            ["table of contents of zeros"] = (
                All,
                host => host.Rewrite(host.Contents, bytes => new byte[bytes.Length])
            ),
            ["table of contents cut in the middle"] = (
                s_rpm,
                host => host.Rewrite(host.Contents, bytes => bytes[..(bytes.Length / 2)])
            ),
            ["clock behind the day of the metadata"] = (All, MetadataOfTomorrow),
            ["clock behind the files"] = (All, host => host.SetTime(host.Lists, host.Now + TimeSpan.FromHours(2))),
        };

    /// <summary>One line of a theory for each row and family.</summary>
    public static TheoryData<string, string> Pairs(IEnumerable<(string Row, string[] Families)> rows)
    {
        var pairs = new TheoryData<string, string>();
        foreach (var (row, families) in rows)
        {
            foreach (var family in families)
                pairs.Add(row, family);
        }

        return pairs;
    }

    private static byte[] Random(byte[] bytes)
    {
        var random = new byte[bytes.Length];
        new Random(20261130).NextBytes(random);
        return random;
    }

    private static void DisableRepositories(MatrixHost host)
    {
        if (!host.IsRpm)
        {
            host.Sources("# deb [trusted=yes] file:/srv/repo bookworm main");
            return;
        }

        foreach (var file in Directory.GetFiles(host.RepositoryFolder, "*.repo"))
            File.WriteAllText(file, File.ReadAllText(file).Replace("enabled=1", "enabled=0", StringComparison.Ordinal));
    }

    /// <summary>As EPEL: a few of the installed packages, and many that nobody has here.</summary>
    private static void OnlyExtraPackages(MatrixHost host)
    {
        host.RemoveRepositories();
        host.AddRepository(
            "epel",
            MatrixHost.Package("r-sec-missing") + MatrixHost.Package("r-dep-app") + MatrixHost.Package("htop")
        );
    }

    private static void OnlyEmptyRepository(MatrixHost host)
    {
        host.RemoveRepositories();
        host.AddRepository("empty", "");
    }

    private static void OnlyDockers(MatrixHost host)
    {
        host.Install(
            new SyntheticRpm("rig-release", "1-1").With("Vendor", "Rig").With("Provides", "system-release"),
            new SyntheticRpm("docker-ce", "26-1").With("Vendor", "Docker")
        );
        host.OnlyForeignRepository();
    }

    private static void MetadataOfTomorrow(MatrixHost host)
    {
        var tomorrow = host.Now + TimeSpan.FromHours(2);
        host.RewriteText(
            host.Contents,
            text =>
                host.IsRpm
                    ? RepomdTime()
                        .Replace(
                            text,
                            string.Create(CultureInfo.InvariantCulture, $"<$1>{tomorrow.ToUnixTimeSeconds()}</$1>")
                        )
                    : ReleaseDate()
                        .Replace(text, $"Date: {tomorrow.UtcDateTime.ToString("r", CultureInfo.InvariantCulture)}")
        );
    }

    [GeneratedRegex("<(revision|timestamp)>[0-9]+</(?:revision|timestamp)>")]
    internal static partial Regex RepomdTime();

    [GeneratedRegex("^Date: .*$", RegexOptions.Multiline)]
    internal static partial Regex ReleaseDate();
}
