using System.Security.Cryptography;
using System.Text;

namespace PatchTools.Rigs.Tests.Conformance;

/// <summary>
/// The synthetic packages of the recordings, as real package files in a repository, and dpkg's database of the host
/// they were recorded on.
/// </summary>
internal sealed class RecordedUniverse : IDisposable
{
    private const string Main = "bookworm";
    private const string Updates = "bookworm-updates";
    private const string Security = "bookworm-security";
    private const string Vendor = "vendor-security";
    private const string Plus = "1.0-1+deb12u1";
    private static readonly SyntheticSuite[] Suites =
    [
        SyntheticSuite.Bookworm,
        SyntheticSuite.BookwormUpdates,
        SyntheticSuite.BookwormSecurity,
        new(Vendor, "Example", "Example Vendor", "vendor-security", "vendor-security", "1"),
    ];

    private readonly SyntheticArchive _archive = new();
    private readonly TemporaryDirectory _host = new();
    private readonly List<Line> _lines = [];

    /// <param name="name"><c>base</c>; <c>clean</c>: every security update can be installed; <c>fail</c>: one whose
    /// postinst fails.</param>
    public RecordedUniverse(string name)
    {
        Describe(name);
        _lines.Sort(
            (a, b) =>
                string.CompareOrdinal(a.Name, b.Name) is var order and not 0
                    ? order
                    : string.CompareOrdinal(a.Foreign ?? "", b.Foreign ?? "")
        );
        foreach (var suite in Suites)
            _archive.Add(
                suite,
                _lines.SelectMany(line =>
                    line.Offers.Where(offer => offer.Suite == suite.Name)
                        .SelectMany(offer => offer.Versions)
                        .Select(line.Package)
                )
            );
        _archive.Publish();
        WriteDatabase();
    }

    /// <summary>To be seen as <c>/srv/repo</c>.</summary>
    public string Repository => _archive.Folder;

    /// <summary>Takes the place of <c>/var/lib/dpkg</c>.</summary>
    public string Database => Path.Combine(_host.Path, "dpkg");

    public string ExtendedStates => Path.Combine(_host.Path, "extended_states");

    public const string SourcesList = """
        deb [trusted=yes] file:/srv/repo bookworm main
        deb [trusted=yes] file:/srv/repo bookworm-updates main
        deb [trusted=yes] file:/srv/repo bookworm-security main
        deb [allow-insecure=yes] file:/srv/repo vendor-security main

        """;

    public void Dispose()
    {
        _archive.Dispose();
        _host.Dispose();
    }

    private void Describe(string universe)
    {
        // The plain states
        Add("p-sec-missing", "1.0-1", [(Main, ["1.0-1"]), (Security, [Plus])], section: "libs");
        Add("p-sec-current", Plus, [(Main, ["1.0-1"]), (Security, [Plus])], section: "libs");
        Add("p-main-current", "1.0-1", [(Main, ["1.0-1"])]);
        Add("p-main-upgradable", "1.0-1", [(Main, ["1.0-1"]), (Updates, ["1.1-1"])]);
        Add("p-na-sec", null, [(Main, ["1.0-1"]), (Security, [Plus])], section: "net");
        Add("p-na-main", null, [(Main, ["1.0-1"])]);
        Add("p-local-only", "0.9-1local1", []);
        Add("p-local-newer", "2.0-0local1", [(Main, ["1.0-1"]), (Security, [Plus])]);
        Add("p-rc", "1.0-1", [(Main, ["1.0-1"]), (Security, [Plus])], status: "deinstall ok config-files");
        Add("p-held", "1.0-1", [(Main, ["1.0-1"]), (Security, [Plus])], status: "hold ok installed");
        Add("p-half-installed-older", "1.0-1", [(Security, [Plus])]);

        // Rejections
        Add("p-rej-missing", "1.0-1", [(Main, ["1.0-1"]), (Security, [Plus])], section: "admin");
        Add("p-rej-current", Plus, [(Security, [Plus])], section: "admin");
        Add("p-rej-main", "1.0-1", [(Main, ["1.0-1"])], section: "admin");
        Add("p-rej-version", "1.0-1", [(Main, ["1.0-1"]), (Security, [Plus, "1.0-1+deb12u2"])], section: "admin");

        // Version order
        Add("p-lex-one", "1.9-1", [(Security, ["1.10-1"])], section: "python");
        Add("p-na-lex", null, [(Security, ["1.9-1", "1.10-1"])], section: "python");
        Add("p-multi-sec", "1.0-1", [(Main, ["1.0-1"]), (Security, [Plus, "1.0-1+deb12u2"])]);
        Add("p-main-newer", "1.0-1", [(Main, ["1.0-1"]), (Security, [Plus]), (Updates, ["1.1-1"])]);
        Add("p-same-in-both", "1.0-1", [(Main, ["1.0-1", "1.1-1"]), (Security, ["1.1-1"])]);
        Add("p-epoch", "1:1.0-1", [(Main, ["1:1.0-1"]), (Security, ["1:" + Plus])]);

        // Architecture
        Add("p-arch-all", "1.0-1", [(Main, ["1.0-1"]), (Security, [Plus])], section: "doc", architecture: "all");
        Add(
            "p-multi-arch",
            "1.0-1",
            [(Main, ["1.0-1"]), (Security, [Plus])],
            section: "libs",
            fields: [("Multi-Arch", "same")]
        );
        Add(
            "p-multi-arch",
            "1.0-1",
            [(Main, ["1.0-1"]), (Security, [Plus])],
            section: "libs",
            fields: [("Multi-Arch", "same")],
            foreign: "i386"
        );
        Add("p-foreign-only", "1.0-1", [(Main, ["1.0-1"]), (Security, [Plus])], section: "libs", foreign: "i386");
        Add("p-na-foreign", null, [(Security, [Plus])], section: "libs", foreign: "i386");

        // Priorities and sections
        foreach (var priority in new[] { "required", "important", "standard", "optional", "extra" })
            Add(
                "p-prio-" + priority,
                "1.0-1",
                [(Main, ["1.0-1"]), (Security, [Plus])],
                section: "misc",
                priority: priority
            );
        Add(
            "p-prio-changed",
            "1.0-1",
            [(Main, ["1.0-1"]), (Security, [Plus])],
            section: "misc",
            versions: [(Plus, "Priority", "important")]
        );
        Add("p-section-contrib", "1.0-1", [(Security, [Plus])], section: "contrib/net");
        Add("p-no-section", "1.0-1", [(Security, [Plus])], section: null, priority: null);

        // Trust
        Add("p-vendor-untrusted-cur", "1.1-1", [(Vendor, ["1.1-1"])]);

        // Dependencies
        Add(
            "p-dep-app",
            "1.0-1",
            [(Main, ["1.0-1"]), (Security, ["2.0-1"])],
            versions: [("2.0-1", "Depends", "p-dep-lib (>= 2.0)")]
        );
        Add("p-dep-lib", "1.0-1", [(Main, ["1.0-1"]), (Security, ["2.0-1"])], automatic: true);
        Add(
            "p-newdep-app",
            "1.0-1",
            [(Main, ["1.0-1"]), (Security, ["2.0-1"])],
            versions: [("2.0-1", "Depends", "p-newdep-lib")]
        );
        Add("p-newdep-lib", null, [(Main, ["1.0-1"])]);
        Add("p-provides", "1.0-1", [(Main, ["1.0-1"])], fields: [("Provides", "p-virtual (= 3)")]);
        Add("p-conffile", "1.0-1", [(Main, ["1.0-1"]), (Security, [Plus])], conffile: "/etc/p-conffile.conf");
        Add("p-sec-unicode", "1.0-1", [(Security, [Plus])], fields: [("Maintainer", "Zoë Ñandú <z@example.org>")]);
        if (universe == "fail")
            Add(
                "p-postinst-fail",
                "1.0-1",
                [(Main, ["1.0-1"]), (Security, [Plus])],
                postinst: (Plus, "#!/bin/sh\necho postinst of $0 fails\nexit 1\n")
            );
        if (universe == "clean")
            return;
        Add("p-lex-two", "1.8-1", [(Main, ["1.8-1"]), (Security, ["1.9-1", "1.10-1"])], section: "python");
        Add("p-lex-epoch", "9.0-1", [(Security, ["1:0.5-1", "10.0-1"])], section: "python");
        Add("p-tilde", "1.0~rc1-1", [(Security, ["1.0~rc2-1", "1.0-1"])], section: "python");
        Add("p-vendor", "1.0-1", [(Vendor, ["1.1-1"])]);
        Add(
            "p-conflict-app",
            "1.0-1",
            [(Main, ["1.0-1"]), (Security, ["2.0-1"])],
            versions: [("2.0-1", "Conflicts", "p-conflict-victim"), ("2.0-1", "Breaks", "p-conflict-victim")]
        );
        Add("p-conflict-victim", "1.0-1", [(Main, ["1.0-1"])]);
        Add(
            "p-unmet-app",
            "1.0-1",
            [(Main, ["1.0-1"]), (Security, ["2.0-1"])],
            versions: [("2.0-1", "Depends", "p-does-not-exist")]
        );
    }

    private void Add(
        string name,
        string? installed,
        IReadOnlyList<(string Suite, string[] Versions)> offers,
        string? section = "utils",
        string? priority = "optional",
        string architecture = "amd64",
        string status = "install ok installed",
        IReadOnlyList<(string Field, string Value)>? fields = null,
        IReadOnlyList<(string Version, string Field, string Value)>? versions = null,
        (string Version, string Text)? postinst = null,
        bool automatic = false,
        string? foreign = null,
        string? conffile = null
    ) =>
        _lines.Add(
            new Line(
                name,
                installed,
                offers,
                section,
                priority,
                foreign ?? architecture,
                status,
                fields ?? [],
                versions ?? [],
                postinst,
                automatic,
                foreign,
                conffile
            )
        );

    private void WriteDatabase()
    {
        List<string> status = [];
        List<string> automatic = [];
        var number = 0;
        foreach (var line in _lines.Where(line => line.Installed is not null))
        {
            number++;
            status.Add(line.Package(line.Installed!, line.Conffile is null ? null : "original\n").Control(line.Status));
            if (line.Automatic)
                automatic.Add($"Package: {line.Name}\nArchitecture: {line.Architecture}\nAuto-Installed: 1\n");
            if (line.Status.Contains("config-files", StringComparison.Ordinal) || line.Name == "p-half-installed-older")
                continue;
            var same = line.Fields.Contains(("Multi-Arch", "same"));
            var own = line.OwnFolder;
            List<string> files = ["/.", "/usr", "/usr/share", "/usr/share/oracle", own, own + "/version"];
            if (line.Conffile is not null)
                files.AddRange(["/etc", line.Conffile]);
            var list = _host.File($"dpkg/info/{line.Name}{(same ? ":" + line.Architecture : "")}.list");
            File.WriteAllText(list, string.Concat(files.Select(file => file + "\n")));

            // Every third with a fraction of a second.
            File.SetLastWriteTimeUtc(
                list,
                SyntheticPackage.FileTime.UtcDateTime.AddDays(number).AddSeconds(number % 3 == 0 ? 0.75 : 0)
            );
        }

        File.WriteAllText(_host.File("dpkg/status"), string.Join('\n', status) + "\n");
        File.WriteAllText(_host.File("dpkg/info/format"), "1\n");
        File.WriteAllText(_host.File("dpkg/arch"), "amd64\ni386\n");
        File.WriteAllText(_host.File("dpkg/available"), "");
        Directory.CreateDirectory(Path.Combine(Database, "updates"));
        Directory.CreateDirectory(Path.Combine(Database, "triggers"));
        File.WriteAllText(ExtendedStates, string.Join('\n', automatic) + "\n");
    }

    private sealed record Line(
        string Name,
        string? Installed,
        IReadOnlyList<(string Suite, string[] Versions)> Offers,
        string? Section,
        string? Priority,
        string Architecture,
        string Status,
        IReadOnlyList<(string Field, string Value)> Fields,
        IReadOnlyList<(string Version, string Field, string Value)> Versions,
        (string Version, string Text)? Postinst,
        bool Automatic,
        string? Foreign,
        string? Conffile
    )
    {
        public string OwnFolder => $"/usr/share/oracle/{Name}-{Architecture}";

        public SyntheticPackage Package(string version) => Package(version, installedConffile: null);

        /// <param name="version">Which one.</param>
        /// <param name="installedConffile">Content whose checksum dpkg's database records; null for a package
        /// file.</param>
        public SyntheticPackage Package(string version, string? installedConffile)
        {
            var own = Versions.Where(v => v.Version == version).Select(v => (v.Field, v.Value)).ToList();
            var package = new SyntheticPackage(Name, version)
            {
                Architecture = Architecture,
                Section = Section,
                Priority = own.Where(v => v.Field == "Priority").Select(v => v.Value).FirstOrDefault(Priority),
                Maintainer = Fields
                    .Where(f => f.Field == "Maintainer")
                    .Select(f => f.Value)
                    .FirstOrDefault("Oracle Generator <oracle@example.org>"),
                Fields = [.. Fields.Concat(own).Where(f => f.Field is not ("Priority" or "Maintainer"))],
                OwnFolder = OwnFolder,
            };
            if (installedConffile is not null)
                return package.With("Conffiles", $"\n {Conffile} {Convert.ToHexStringLower(Md5(installedConffile))}");
            if (Conffile is not null)
                package = package.WithConffile(Conffile, $"new in {version}\n");
            return Postinst is { } script && script.Version == version
                ? package with
                {
                    Scripts = new Dictionary<string, string>(StringComparer.Ordinal) { ["postinst"] = script.Text },
                }
                : package;
        }

#pragma warning disable CA5351 // dpkg's database records MD5 of conffiles
        private static byte[] Md5(string text) => MD5.HashData(Encoding.UTF8.GetBytes(text));
#pragma warning restore CA5351
    }
}
