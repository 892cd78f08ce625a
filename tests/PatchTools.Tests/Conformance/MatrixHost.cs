using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PatchTools.Hosts;
using PatchTools.Testing;
using PatchTools.Testing.Conformance;
using PatchTools.Testing.Rigs;

namespace PatchTools.Tests.Conformance;

/// <summary>
/// A small healthy host of one family, which a test then spoils: database, one repository or several, and what its tool
/// has fetched of them.
/// </summary>
internal sealed class MatrixHost : IDisposable
{
    private readonly RecordedHost _host;
    private readonly RecordedCase _recorded;

    /// <param name="family"><c>apt</c>, <c>dnf</c>, <c>yum</c> or <c>zypper</c>.</param>
    public MatrixHost(string family)
    {
        Family = family;
        _recorded = RecordedCase.Load(
            family switch
            {
                "apt" => "scan-default",
                "zypper" => "zypper-scan-default",
                _ => "dnf-scan-default",
            }
        );
        Now = _recorded.Ends[^1];
        _host = new RecordedHost(_recorded, Now);
        if (family == "yum")
            BecomeYum();
        Baseline = JsonNode.Parse(_recorded.Snapshot)!.AsObject();
    }

    public string Family { get; }

    public bool IsRpm => Family != "apt";

    /// <summary>The host's clock.</summary>
    public DateTimeOffset Now { get; set; }

    /// <summary>The snapshot that the service hands out.</summary>
    public JsonObject Baseline { get; }

    public byte[] Snapshot => JsonSerializer.SerializeToUtf8Bytes(Baseline);

    public string Product => Family == "yum" ? "RedhatEnterpriseLinux7.9" : _recorded.Product;

    public string Root => _host.Root;

    public string StateDirectory => _host.StateDirectory;

    /// <summary>Where the tool keeps what it has fetched.</summary>
    public string Cache =>
        Place(
            Family switch
            {
                "apt" => "var/lib/apt/lists",
                "dnf" => "var/cache/dnf/fake-a07c7e91f9545fcd",
                "yum" => "var/cache/yum/fake",
                _ => "var/cache/zypp/raw/fake",
            }
        );

    public string RepositoryFolder => Place(Family == "zypper" ? "etc/zypp/repos.d" : "etc/yum.repos.d");

    /// <summary>False: the cmdlets meet it as a user without privileges.</summary>
    public bool IsRoot { get; set; } = true;

    /// <summary>Directory of programs that are found before the machine's; null for none.</summary>
    public string? Programs { get; set; }

    /// <summary>As the shipped cmdlets meet it, at a time that stands still.</summary>
    public HostContext Context
    {
        get
        {
            var context = ConformanceTests.HostOf(_host, _recorded.Steps[0], Now) with { IsRoot = IsRoot };
            return Programs is null
                ? context
                : context with
                {
                    Paths = context.Paths with { ProgramDirectories = [Programs, .. context.Paths.ProgramDirectories] },
                };
        }
    }

    /// <summary>dpkg's status file, or rpm's database.</summary>
    public string Database => Place(IsRpm ? "var/lib/rpm/rpmdb.sqlite" : "var/lib/dpkg/status");

    /// <summary>The lists of packages.</summary>
    public IReadOnlyList<string> Lists => CacheFiles(IsRpm ? "primary" : "_Packages");

    public IReadOnlyList<string> Advisories => CacheFiles("updateinfo");

    /// <summary>What promises the lists: Release files, or repomd.xml.</summary>
    public IReadOnlyList<string> Contents => CacheFiles(IsRpm ? "repomd.xml" : "_Release");

    /// <summary>A list as any packer would make it, with one package that is installed here and no update.</summary>
    public string ShortList =>
        IsRpm
            ? PrimaryOf(Package("r-dep-app"))
            : "Package: p-arch-all\nVersion: 1.0-1\nArchitecture: all\nDescription: x\n\n";

    /// <summary>A list without a package.</summary>
    public string EmptyList => IsRpm ? PrimaryOf("") : "";

    public static void NeedsTools(string family)
    {
        if (family != "apt")
            Rig.NeedsCommands("rpm", "rpmbuild");
    }

    /// <summary>What would be on disk as <c>.gz</c>.</summary>
    public static byte[] Packed(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }

    /// <summary>A package of a primary list, of the version that the recorded hosts have of most.</summary>
    public static string Package(string name, string version = "1.0", string release = "1") =>
        $"""<package type="rpm"><name>{name}</name><arch>x86_64</arch>"""
        + $"""<version epoch="0" ver="{version}" rel="{release}"/>"""
        + """<time file="1767225600" build="1767225600"/><format/></package>""";

    /// <summary>The whole of apt's sources.</summary>
    public void Sources(string lines) => Write("etc/apt/sources.list", lines + "\n");

    public void Append(string relative, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Place(relative))!);
        File.AppendAllText(Place(relative), text);
    }

    /// <summary>Files with another content, whose names and times stay.</summary>
    public void Rewrite(IReadOnlyList<string> files, Func<byte[], byte[]> content)
    {
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var time = File.GetLastWriteTimeUtc(file);
            File.WriteAllBytes(file, content(File.ReadAllBytes(file)));
            File.SetLastWriteTimeUtc(file, time);
        }
    }

    public void RewriteText(IReadOnlyList<string> files, Func<string, string> content) =>
        Rewrite(files, bytes => Encoding.UTF8.GetBytes(content(Encoding.UTF8.GetString(bytes))));

    /// <summary>Lists with another text, packed as somebody would who forges them.</summary>
    public void ReplaceLists(string text)
    {
        if (IsRpm)
        {
            Rewrite(Lists, _ => Packed(text));
            return;
        }

        foreach (var list in Lists)
        {
            var forged = Path.ChangeExtension(list, ".gz");
            File.WriteAllBytes(forged, Packed(text));
            File.SetLastWriteTimeUtc(forged, File.GetLastWriteTimeUtc(list));
            File.Delete(list);
        }
    }

    public void Delete(IReadOnlyList<string> files)
    {
        Assert.NotEmpty(files);
        foreach (var file in files)
            File.Delete(file);
    }

    public void SetTime(IReadOnlyList<string> files, DateTimeOffset time)
    {
        Assert.NotEmpty(files);
        foreach (var file in files)
            File.SetLastWriteTimeUtc(file, time.UtcDateTime);
    }

    /// <summary>Puts packages into rpm's database, whatever they require.</summary>
    public void Install(params IReadOnlyList<SyntheticRpm> packages)
    {
        foreach (var package in packages)
        {
            var file = Place($"tmp/{package.FileName}");
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, package.Build());
            var run = Process.Start(
                new ProcessStartInfo(
                    "rpm",
                    [
                        "--dbpath",
                        Path.GetDirectoryName(Database)!,
                        "-i",
                        "--justdb",
                        "--nodeps",
                        "--nosignature",
                        "--force-debian",
                        file,
                    ]
                )
                {
                    RedirectStandardError = true,
                }
            )!;
            var error = run.StandardError.ReadToEnd();
            run.WaitForExit();
            Assert.True(run.ExitCode == 0, error);
        }
    }

    private IReadOnlyList<string> CacheFiles(string part) =>
        [
            .. Directory
                .GetFiles(Cache, "*", SearchOption.AllDirectories)
                .Where(file => Path.GetFileName(file).Contains(part, StringComparison.Ordinal)),
        ];

    private static string PrimaryOf(string packages) =>
        $"""<?xml version="1.0" encoding="UTF-8"?><metadata xmlns="http://linux.duke.edu/metadata/common" packages="1">{packages}</metadata>""";

    public void Dispose() => _host.Dispose();

    public string Place(string relative) => Path.Combine(Root, relative);

    public void Write(string relative, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Place(relative))!);
        File.WriteAllText(Place(relative), text);
    }

    /// <summary>Replaces the approval rules; each approves security updates only, unless it says otherwise.</summary>
    public void Rules(params string[] rules) =>
        Patch["approvalRules"]!["rules"] = new JsonArray([.. rules.Select(rule => JsonNode.Parse(rule))]);

    public void GlobalFilter(string key, string value) =>
        Patch["globalFilters"]!["filters"] = JsonNode.Parse($$"""[{ "key": "{{key}}", "values": ["{{value}}"] }]""");

    public void Approve(string name)
    {
        Patch["approvedPatches"] = new JsonArray(name);
        Patch["approvedPatchesEnableNonSecurity"] = true;
    }

    public void MadeFor(string operatingSystem) => Patch["operatingSystem"] = operatingSystem;

    /// <summary>A rule of a snapshot.</summary>
    public static string Rule(bool nonSecurity, string filters = "") =>
        $$"""
            { "filterGroup": { "filters": [{{filters}}] }, "complianceLevel": "HIGH", "enableNonSecurity": {{(
                nonSecurity ? "true" : "false"
            )}}, "approveAfterDays": 0, "approveUntilDate": null }
            """;

    /// <summary>Takes every repository out of the configuration.</summary>
    public void RemoveRepositories()
    {
        if (!IsRpm)
        {
            Sources("");
            return;
        }

        foreach (var file in Directory.GetFiles(RepositoryFolder, "*.repo"))
            File.Delete(file);
    }

    /// <summary>Leaves nothing of what the tool has fetched.</summary>
    public void Forget()
    {
        foreach (var file in Directory.GetFiles(Cache, "*", SearchOption.AllDirectories))
            File.Delete(file);
    }

    /// <summary>The only repositories left are somebody else's.</summary>
    public void OnlyForeignRepository()
    {
        if (!IsRpm)
        {
            Write("etc/apt/sources.list", "deb [allow-insecure=yes] file:/srv/repo vendor-security main\n");
            return;
        }

        RemoveRepositories();
        AddRepository("docker", Package("docker-ce", "27"));
    }

    /// <summary>Takes the repositories' word on which updates are security updates.</summary>
    public void ForgetSecurity()
    {
        if (!IsRpm)
        {
            Write("etc/apt/sources.list", "deb [trusted=yes] file:/srv/repo bookworm main\n");
            return;
        }

        var contents = Directory.GetFiles(Cache, "repomd.xml", SearchOption.AllDirectories).Single();
        var time = File.GetLastWriteTimeUtc(contents);
        var text = File.ReadAllText(contents);
        var start = text.IndexOf("<data type=\"updateinfo\">", StringComparison.Ordinal);
        var end = text.IndexOf("</data>", start, StringComparison.Ordinal) + "</data>".Length;
        File.WriteAllText(contents, text[..start] + text[end..]);
        File.SetLastWriteTimeUtc(contents, time);
    }

    /// <summary>A repository of one primary list, as its tool would have fetched it.</summary>
    public void AddRepository(string id, string packages)
    {
        var address = $"file:///srv/{id}";
        Write(
            Path.Combine(Path.GetRelativePath(Root, RepositoryFolder), $"{id}.repo"),
            $"[{id}]\nname={id}\nenabled=1\nbaseurl={address}\ngpgcheck=0\n"
        );
        var folder = Family switch
        {
            "dnf" =>
                $"var/cache/dnf/{id}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address)))[..16]}"
                    + "/repodata",
            "yum" => $"var/cache/yum/{id}",
            _ => $"var/cache/zypp/raw/{id}/repodata",
        };
        var primary = PrimaryOf(packages);
        Write(Path.Combine(folder, "primary.xml"), primary);
        var checksum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(primary)));
        Write(
            Path.Combine(folder, "repomd.xml"),
            $"""<?xml version="1.0" encoding="UTF-8"?><repomd xmlns="http://linux.duke.edu/metadata/repo"><revision>1767225600</revision><data type="primary"><checksum type="sha256">{checksum}</checksum><location href="repodata/primary.xml"/><timestamp>1767225600</timestamp></data></repomd>"""
        );
        foreach (var file in Directory.GetFiles(Place(folder)))
            File.SetLastWriteTimeUtc(file, Now.UtcDateTime);
        Directory.SetLastWriteTimeUtc(Path.GetDirectoryName(Place(folder))!, Now.UtcDateTime);
        if (Family == "yum")
            Touch(Path.Combine(Place(folder), "cachecookie"));
    }

    private JsonObject Patch => Baseline["patchBaseline"]!.AsObject();

    /// <summary>
    /// The same packages and repository as yum 3 of Red Hat 7 keeps them: its files beside the table of contents, and a
    /// cookie with the time.
    /// </summary>
    private void BecomeYum()
    {
        Write(
            "etc/os-release",
            "NAME=\"Red Hat Enterprise Linux "
                + "Server\"\nID=\"rhel\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"7.9\"\nPRETTY_NAME=\"Red Hat Enterprise "
                + "Linux Server 7.9 (Maipo)\"\n"
        );
        Write("usr/bin/yum", "#!/usr/bin/python\n");
        Write("etc/yum.conf", "[main]\ngpgcheck=0\ncachedir=/var/cache/yum\n");
        Directory.Delete(Place("etc/dnf"), recursive: true);
        Directory.CreateDirectory(Cache);
        foreach (var file in Directory.GetFiles(Place("var/cache/dnf/fake-a07c7e91f9545fcd/repodata")))
            File.Move(file, Path.Combine(Cache, Path.GetFileName(file)));
        Directory.Delete(Place("var/cache/dnf"), recursive: true);
        Touch(Path.Combine(Cache, "cachecookie"));
    }

    private void Touch(string path)
    {
        File.WriteAllText(path, "");
        File.SetLastWriteTimeUtc(path, Now.UtcDateTime);
    }
}
