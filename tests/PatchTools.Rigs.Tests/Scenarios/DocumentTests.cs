using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using PatchTools.Testing.Aws;

namespace PatchTools.Rigs.Tests.Scenarios;

/// <summary>
/// The very script of the shipped command document, parameters put in as the agent does, in a throw-away Debian.
/// </summary>
public sealed class DocumentTests
{
    private const string Step = "PatchLinux";
    private const string Modules = "/usr/local/share/powershell/Modules/PatchTools";
    private static readonly SyntheticPackage Old = new("s-app", "1.0-1");
    private static readonly SyntheticPackage New = new("s-app", "1.0-1+deb12u1");
    private static readonly SsmDocument Document = SsmDocument.Load("PatchTools-RunPatchBaseline");

    [Fact]
    public void A_scan_shows_its_report_sends_it_and_ends_with_0()
    {
        using var host = Host();

        var run = Run(host, ("Operation", "Scan"));

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("Not compliant: 1 patch is missing.", run.Output, StringComparison.Ordinal);
        Assert.Contains("s-app", run.Output, StringComparison.Ordinal);
        var put = Assert.Single(host.Requests, request => request.Target == "PutInventory");
        Assert.Equal(
            host.Root.Environment["SSM_COMMAND_ID"],
            put.Json!.Value.GetProperty("Items")[0].GetProperty("Content")[0].GetProperty("ExecutionId").GetString()
        );
        host.AssertInstalled("s-app", "1.0-1");
    }

    [Fact]
    public void An_install_ends_with_194_and_the_rerun_after_the_reboot_scans_reports_and_ends_with_0()
    {
        using var host = Host();

        Assert.Equal(194, Run(host, ("Operation", "Install")).ExitCode);
        host.AssertInstalled("s-app", "1.0-1+deb12u1");
        Assert.Equal(194, Run(host, ("Operation", "Install")).ExitCode);
        host.Root.Reboot();
        var sent = host.Requests.Count(request => request.Target == "PutInventory");
        var rerun = Run(host, ("Operation", "Install"));

        Assert.Equal((0, ""), (rerun.ExitCode, rerun.Error));
        Assert.Contains("Compliant", rerun.Output, StringComparison.Ordinal);
        Assert.True(host.Requests.Count(request => request.Target == "PutInventory") > sent);
        host.AssertNothingIsHalfDone();
        host.AssertSourcesAreTheAdministrators();
    }

    [Fact]
    public void An_install_without_reboot_ends_with_0()
    {
        using var host = Host();

        Assert.Equal(
            0,
            Run(
                host,
                ("Operation", "Install"),
                ("RebootOption", "NoReboot"),
                ("SnapshotId", "11111111-2222-4333-8444-555555555555")
            ).ExitCode
        );

        Assert.Equal(
            "11111111-2222-4333-8444-555555555555",
            host.Requests.First(r => r.Target == "GetDeployablePatchSnapshotForInstance")
                .Json!.Value.GetProperty("SnapshotId")
                .GetString()
        );
        host.AssertInstalled("s-app", "1.0-1+deb12u1");
    }

    [Fact]
    public void A_failure_tells_its_cure_and_ends_with_its_own_code()
    {
        using var host = Host();
        host.Aws.Inject(
            new Fault("GetDeployablePatchSnapshotForInstance", FaultKind.Error, Count: -1, "UnsupportedOperatingSystem")
        );

        var run = Run(host, ("Operation", "Scan"));

        Assert.Equal(146, run.ExitCode);
        Assert.Contains("Get-PatchSnapshot -Default", run.Output, StringComparison.Ordinal);
        Assert.Equal(
            167,
            Run(
                host,
                ("Operation", "Install"),
                ("InstallOverrideList", "s3://b/l.yaml"),
                ("BaselineOverride", "s3://b/o.json")
            ).ExitCode
        );
    }

    [Fact]
    public void What_stands_in_a_location_is_never_run()
    {
        using var host = Host();
        const string evil = "https://127.0.0.1:1/;[IO.File]::WriteAllText(/pwned,x)#@(&!()*;%27%24(1)";

        var run = Run(host, ("Operation", "Install"), ("InstallOverrideList", evil));

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("https://127.0.0.1:1/", run.Output, StringComparison.Ordinal);
        Assert.False(host.Root.Exists("/pwned"));
        host.AssertInstalled("s-app", "1.0-1");
    }

    /// <summary>The proxy of the environment listens nowhere; only what goes past it arrives.</summary>
    [Fact]
    public void The_role_of_the_instance_is_asked_past_every_proxy()
    {
        using var host = WithoutModule(credentialsFromMetadata: true);
        var (bundle, hash) = Bundle();
        host.Aws.Objects[$"patches/patchtools/PatchTools-{Version}.tar.gz"] = bundle;
        foreach (var name in new[] { "AWS_ENDPOINT_URL_SSM", "AWS_ENDPOINT_URL_S3" })
            host.Root.Environment[name] = host
                .Root.Environment[name]
                .Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        foreach (var name in new[] { "http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY" })
            host.Root.Environment[name] = "http://127.0.0.1:1";
        host.Root.Environment["NO_PROXY"] = "localhost";
        host.Root.Environment["no_proxy"] = "localhost";

        var run = Run(host, Payload(hash));

        // The document's fetch and the module's own call are signed; the snapshot's URL names the address that the
        // proxy is for.
        Assert.Contains("Installed PatchTools", run.Output, StringComparison.Ordinal);
        Assert.Contains(host.Requests, request => request.Target == "GetDeployablePatchSnapshotForInstance");
    }

    [Fact]
    public void The_profile_of_the_environment_signs_and_one_without_keys_is_an_error()
    {
        using var host = WithoutModule();
        var (bundle, hash) = Bundle();
        host.Aws.Objects[$"patches/patchtools/PatchTools-{Version}.tar.gz"] = bundle;
        var key = host.Root.Environment["AWS_ACCESS_KEY_ID"];
        var keys =
            $"aws_access_key_id = {key}\naws_secret_access_key = {host.Root.Environment["AWS_SECRET_ACCESS_KEY"]}\n"
            + $"aws_session_token = {host.Root.Environment["AWS_SESSION_TOKEN"]}\n";
        foreach (var name in new[] { "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN" })
            host.Root.Environment.Remove(name);
        host.Root.Write(
            "/etc/aws/credentials",
            "[default]\naws_access_key_id = AKIAWRONG\naws_secret_access_key = x\n"
        );
        host.Root.Write(
            "/etc/aws/config",
            $"[profile patching]\n{keys}[profile role]\nrole_arn = arn:aws:iam::1:role/r\n"
        );
        host.Root.Environment["AWS_SHARED_CREDENTIALS_FILE"] = "/etc/aws/credentials";
        host.Root.Environment["AWS_CONFIG_FILE"] = "/etc/aws/config";

        host.Root.Environment["AWS_PROFILE"] = "role";
        var refused = Run(host, Payload(hash));
        host.Root.Environment["AWS_WEB_IDENTITY_TOKEN_FILE"] = "/etc/aws/token";
        host.Root.Environment["AWS_ROLE_ARN"] = "arn:aws:iam::1:role/r";
        var federated = Run(host, Payload(hash));
        host.Root.Environment.Remove("AWS_WEB_IDENTITY_TOKEN_FILE");
        host.Root.Environment.Remove("AWS_ROLE_ARN");
        host.Root.Environment["AWS_PROFILE"] = "patching";
        var signed = Run(host, Payload(hash));

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("the profile role has no keys of its own", refused.Error, StringComparison.Ordinal);
        Assert.Equal(1, federated.ExitCode);
        Assert.Contains("a web identity cannot sign here", federated.Error, StringComparison.Ordinal);
        Assert.Equal((0, ""), (signed.ExitCode, signed.Error));
        var fetched = Assert.Single(host.Requests, request => request.Target == LoopbackAws.S3Target);
        Assert.Equal(SignatureVerdict.Valid, fetched.Signature);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_node_without_the_module_gets_it_from_the_bucket_once(bool credentialsFromMetadata)
    {
        using var host = WithoutModule(credentialsFromMetadata);
        var (bundle, hash) = Bundle();
        host.Aws.Objects["patches-us-east-1/fleet/PatchTools-" + Version + ".tar.gz"] = bundle;
        (string, string)[] parameters =
        [
            ("Operation", "Scan"),
            ("PayloadBucket", "patches-{region}"),
            ("PayloadKeyPrefix", "fleet/"),
            ("PayloadVersion", Version),
            ("PayloadSha256", hash),
        ];

        var first = Run(host, parameters);
        var second = Run(host, parameters);

        Assert.Equal((0, ""), (first.ExitCode, first.Error));
        Assert.Contains(
            $"Installed PatchTools {Version} from s3://patches-us-east-1/fleet/PatchTools-{Version}.tar.gz.",
            first.Output,
            StringComparison.Ordinal
        );
        Assert.Contains("Not compliant: 1 patch is missing.", first.Output, StringComparison.Ordinal);
        Assert.Equal(0, second.ExitCode);
        Assert.DoesNotContain("Installed PatchTools", second.Output, StringComparison.Ordinal);
        var fetched = Assert.Single(host.Requests, request => request.Target == LoopbackAws.S3Target);
        Assert.Equal(SignatureVerdict.Valid, fetched.Signature);
        Assert.Equal([Version], Names(host, Modules));
    }

    [Fact]
    public void A_bundle_with_another_checksum_ends_with_151_and_a_damaged_one_with_152()
    {
        using var host = WithoutModule();
        byte[] damaged = [1, 2, 3];
        host.Aws.Objects[$"patches/patchtools/PatchTools-{Version}.tar.gz"] = damaged;

        var changed = Run(
            host,
            ("Operation", "Scan"),
            ("PayloadBucket", "patches"),
            ("PayloadVersion", Version),
            ("PayloadSha256", Bundle().Hash)
        );
        var broken = Run(
            host,
            ("Operation", "Scan"),
            ("PayloadBucket", "patches"),
            ("PayloadVersion", Version),
            ("PayloadSha256", Convert.ToHexString(SHA256.HashData(damaged)))
        );

        Assert.Equal((151, 152), (changed.ExitCode, broken.ExitCode));
        Assert.Contains("wanted is", changed.Error, StringComparison.Ordinal);
        Assert.Contains("cannot be installed", broken.Error, StringComparison.Ordinal);
        Assert.False(host.Root.Exists($"{Modules}/{Version}"));
        Assert.DoesNotContain(Names(host, "/usr/local/share/powershell/Modules"), name => name != "PatchTools");
    }

    [Fact]
    public void What_is_missing_is_said()
    {
        using var host = WithoutModule();

        var nothing = Run(host, ("Operation", "Scan"));
        var noChecksum = Run(host, ("Operation", "Scan"), ("PayloadBucket", "patches"), ("PayloadVersion", Version));
        var noBundle = Run(
            host,
            ("Operation", "Scan"),
            ("PayloadBucket", "patches"),
            ("PayloadVersion", Version),
            ("PayloadSha256", new string('0', 64))
        );

        Assert.Equal(
            (
                1,
                "PatchTools is not installed on this node. Install the module, or give PayloadBucket, "
                    + "PayloadVersion and PayloadSha256.\n"
            ),
            (nothing.ExitCode, nothing.Error)
        );
        Assert.Equal(
            (1, "PayloadBucket needs PayloadVersion and PayloadSha256 too.\n"),
            (noChecksum.ExitCode, noChecksum.Error)
        );
        Assert.Equal(1, noBundle.ExitCode);
        Assert.Contains(
            $"s3://patches/patchtools/PatchTools-{Version}.tar.gz cannot be fetched: HTTP 404, NoSuchBucket.",
            noBundle.Error,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_node_without_pwsh_is_told_so_by_the_first_step()
    {
        using var root = new OverlayRoot();
        root.WriteScript(
            "/var/lib/amazon/ssm/orchestration/_script.sh",
            Document.Script("CheckPowerShell", ("Operation", "Scan"))
        );

        var without = root.Run("/bin/sh", "/var/lib/amazon/ssm/orchestration/_script.sh");
        root.WriteScript("/usr/bin/pwsh", "#!/bin/sh\n");
        var with = root.Run("/bin/sh", "/var/lib/amazon/ssm/orchestration/_script.sh");

        Assert.Equal((1, ""), (without.ExitCode, without.Output));
        Assert.Contains("PowerShell 7.4", without.Error, StringComparison.Ordinal);
        Assert.Equal((0, ""), (with.ExitCode, with.Error));
    }

    private static (string, string)[] Payload(string hash) =>
        [("Operation", "Scan"), ("PayloadBucket", "patches"), ("PayloadVersion", Version), ("PayloadSha256", hash)];

    private static string Version { get; } =
        Regex
            .Match(
                File.ReadAllText(Path.Combine(BuiltHost.RepositoryRoot, "PatchTools.psd1")),
                "ModuleVersion = '([^']+)'"
            )
            .Groups[1]
            .Value;

    private static RigRun Run(ScenarioHost host, params (string Name, string Value)[] parameters)
    {
        var run = host.Root.RunAsAgent(Document.Script(Step, parameters));
        TestContext.Current.TestOutputHelper?.WriteLine($"{run.ExitCode}\n{run.Output}\n{run.Error}");
        return run;
    }

    private static ScenarioHost Host() =>
        new ScenarioHost().Installed(Old).Offers(SyntheticSuite.BookwormSecurity, New).Ready();

    /// <summary>The program in the place of pwsh finds a module of the same name that has no command.</summary>
    private static ScenarioHost WithoutModule(bool credentialsFromMetadata = false)
    {
        var host = Host();
        host.Root.UseAws(host.Aws, credentialsFromMetadata: credentialsFromMetadata);
        host.Root.Write(
            "/opt/none/PatchTools/PatchTools.psd1",
            "@{ ModuleVersion = '0.0.1'; GUID = '00000000-0000-0000-0000-000000000001'; CmdletsToExport = @() }"
        );
        host.Root.Environment["PATCHTOOLS_MODULE"] = "/opt/none/PatchTools";
        return host;
    }

    private static (byte[] Content, string Hash) Bundle()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            TarFile.CreateFromDirectory(
                Path.Combine(BuiltHost.RepositoryRoot, "artifacts", "PatchTools"),
                gzip,
                includeBaseDirectory: true
            );
        return (packed.ToArray(), Convert.ToHexString(SHA256.HashData(packed.ToArray())));
    }

    private static string[] Names(ScenarioHost host, string folder) =>
        host.Root.Exists(folder)
            ? [.. Directory.GetFileSystemEntries(host.Root.Path(folder)).Select(entry => Path.GetFileName(entry))]
            : [];
}
