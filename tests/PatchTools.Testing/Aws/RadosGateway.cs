using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace PatchTools.Testing.Aws;

/// <summary>
/// A real S3 server of other make: Ceph's gateway over one monitor and one object store in memory, on loopback, in a
/// folder of its own. It needs no root and leaves nothing; what a killed test run leaves ends by itself after ten
/// minutes.
/// </summary>
public sealed class RadosGateway : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly TemporaryDirectory _folder = new();
    private readonly List<Process> _daemons = [];
    private readonly string _configuration;

    private RadosGateway()
    {
        var (monitor, gateway) = (FreePort(), FreePort());
        Monitor = string.Create(CultureInfo.InvariantCulture, $"[v2:127.0.0.1:{monitor}]");
        Url = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{gateway}/"));
        _configuration = _folder.File("ceph.conf");
        foreach (var name in new[] { "mon", "osd", "run", "crash" })
            Directory.CreateDirectory(_folder.File(name));
    }

    public Uri Url { get; }

    private string Monitor { get; }

    /// <summary>Starts the gateway with one user.</summary>
    /// <param name="key">The user's; without a session token, which only AWS's own service gives out.</param>
    public static async Task<RadosGateway> StartAsync(TestKey key)
    {
        Rig.NeedsCommands(
            "radosgw",
            "radosgw-admin",
            "ceph-mon",
            "ceph-osd",
            "ceph",
            "monmaptool",
            "ceph-authtool",
            "timeout"
        );
        var gateway = new RadosGateway();
        try
        {
            await gateway.StartDaemonsAsync(key);
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var daemon in _daemons)
            daemon.Kill(entireProcessTree: true);
        foreach (var daemon in _daemons)
        {
            await daemon.WaitForExitAsync();
            daemon.Dispose();
        }

        _folder.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task StartDaemonsAsync(TestKey key)
    {
        // Authentication by none also needs the plain mode: the gateway's own default is the secure one.
        var (fsid, osd) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        await File.WriteAllTextAsync(
            _configuration,
            $"""
            [global]
            fsid = {fsid}
            mon host = {Monitor}
            public addr = 127.0.0.1
            cluster addr = 127.0.0.1
            ms bind ipv6 = false
            ms mon client mode = crc
            ms mon service mode = crc
            ms mon cluster mode = crc
            auth cluster required = none
            auth service required = none
            auth client required = none
            keyring = {_folder.File("keyring")}
            run dir = {_folder.File("run")}
            crash dir = {_folder.File("crash")}
            admin socket =
            pid file =
            log file = {_folder.Path}/$name.log
            log to stderr = false
            err to stderr = false
            mon data = {_folder.File("mon")}
            mon data avail crit = 0
            mon data avail warn = 0
            mon allow pool size one = true
            mon max pg per osd = 1000
            osd data = {_folder.File("osd")}
            osd objectstore = memstore
            osd crush chooseleaf type = 0
            osd pool default size = 1
            osd pool default min size = 1
            osd pool default pg num = 1
            osd pool default pgp num = 1
            osd pool default pg autoscale mode = off
            memstore device bytes = 268435456
            rgw data = {_folder.File("run")}
            rgw thread pool size = 8
            rgw run sync thread = false
            rgw enable gc threads = false
            rgw enable lc threads = false
            rgw enable quota threads = false

            """
        );
        await RunAsync(
            "ceph-authtool",
            "--create-keyring",
            _folder.File("keyring"),
            "--gen-key",
            "-n",
            "mon.",
            "--cap",
            "mon",
            "allow *"
        );
        await RunAsync(
            "ceph-authtool",
            _folder.File("keyring"),
            "--gen-key",
            "-n",
            "client.admin",
            "--cap",
            "mon",
            "allow *",
            "--cap",
            "osd",
            "allow *"
        );
        await RunAsync("monmaptool", "--create", "--fsid", fsid, "--addv", "a", Monitor, _folder.File("monmap"));
        await RunAsync(
            "ceph-mon",
            "-c",
            _configuration,
            "--mkfs",
            "-i",
            "a",
            "--monmap",
            _folder.File("monmap"),
            "--keyring",
            _folder.File("keyring")
        );
        Start("ceph-mon", "-c", _configuration, "-f", "-i", "a");
        await RunAsync("ceph", "-c", _configuration, "osd", "new", osd);
        await RunAsync("ceph-osd", "-c", _configuration, "-i", "0", "--mkfs", "--osd-uuid", osd);
        Start("ceph-osd", "-c", _configuration, "-f", "-i", "0");
        await RunAsync(
            "radosgw-admin",
            "-c",
            _configuration,
            "user",
            "create",
            "--uid=tester",
            "--display-name=tester",
            $"--access-key={key.AccessKeyId}",
            $"--secret={key.SecretAccessKey}"
        );
        Start(
            "radosgw",
            "-c",
            _configuration,
            "-f",
            "-n",
            "client.admin",
            "--rgw_frontends",
            $"beast endpoint={Url.Authority}"
        );
        await AnswersAsync();
    }

    private async Task AnswersAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        using var http = new HttpClient();
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync(Url, limit.Token);
                return;
            }
            catch (HttpRequestException) when (_daemons.TrueForAll(d => !d.HasExited))
            {
                await Task.Delay(50, limit.Token);
            }
        }
    }

    private void Start(params string[] command)
    {
        var start = new ProcessStartInfo("timeout", ["-s", "KILL", "600", .. command]) { RedirectStandardInput = true };
        _daemons.Add(Process.Start(start)!);
    }

    private static async Task RunAsync(string command, params string[] arguments)
    {
        var start = new ProcessStartInfo(
            "timeout",
            [Patience.TotalSeconds.ToString(CultureInfo.InvariantCulture), command, .. arguments]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException(
                $"{command} ended with {process.ExitCode}: {string.Concat(said).Trim()}"
            );
    }
}
