using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PatchTools.Hosts;
using PatchTools.Testing.Conformance;

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

    /// <summary>As the shipped cmdlets meet it: as root, at a time that stands still.</summary>
    public HostContext Context => ConformanceTests.HostOf(_host, _recorded.Steps[0], Now);

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
            Write("etc/apt/sources.list", "");
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
        AddRepository(
            "docker",
            """<package type="rpm"><name>docker-ce</name><arch>x86_64</arch><version epoch="0" ver="27" rel="1"/><time file="1767225600" build="1767225600"/><format/></package>"""
        );
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
    private void AddRepository(string id, string packages)
    {
        var address = $"file:///srv/{id}";
        Write(
            Path.Combine(Path.GetRelativePath(Root, RepositoryFolder), $"{id}.repo"),
            $"[{id}]\nname={id}\nenabled=1\nbaseurl={address}\ngpgcheck=0\n"
        );
        var folder = Family switch
        {
            "dnf" =>
                $"var/cache/dnf/{id}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address)))[..16]}/repodata",
            "yum" => $"var/cache/yum/{id}",
            _ => $"var/cache/zypp/raw/{id}/repodata",
        };
        var primary =
            $"""<?xml version="1.0" encoding="UTF-8"?><metadata xmlns="http://linux.duke.edu/metadata/common" packages="1">{packages}</metadata>""";
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
            "NAME=\"Red Hat Enterprise Linux Server\"\nID=\"rhel\"\nID_LIKE=\"fedora\"\nVERSION_ID=\"7.9\"\nPRETTY_NAME=\"Red Hat Enterprise Linux Server 7.9 (Maipo)\"\n"
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
