using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PatchTools.Tests;

/// <summary>
/// A real, headless Chromium with one page, driven by the DevTools protocol over its WebSocket on 127.0.0.1. Everything
/// the page asks for and everything it complains about is kept.
/// </summary>
internal sealed class Browser : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    private readonly TemporaryDirectory _profile;
    private readonly Process _process;
    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _deadline = new(_patience);
    private readonly byte[] _buffer = new byte[256 * 1024];
    private int _number;
    private int _loads;

    private Browser(Process process, TemporaryDirectory profile) => (_process, _profile) = (process, profile);

    /// <summary>Addresses that the page asked for.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Errors of scripts, of the page's policy, and what the console says.</summary>
    public List<string> Complaints { get; } = [];

    /// <summary>Starts it, or skips the test where there is none.</summary>
    public static async Task<Browser> StartAsync(int width = 1280, int height = 900)
    {
        Rig.NeedsCommands("chromium");
        var start = new ProcessStartInfo("chromium") { RedirectStandardError = true, RedirectStandardOutput = true };
        var profile = new TemporaryDirectory();
        foreach (
            var argument in new[]
            {
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-default-browser-check",
                "--force-color-profile=srgb",
                "--hide-scrollbars",
                "--remote-debugging-port=0",
                $"--user-data-dir={profile.Path}",
                string.Create(CultureInfo.InvariantCulture, $"--window-size={width},{height}"),
                "about:blank",
            }
        )
            start.ArgumentList.Add(argument);
        var browser = new Browser(Process.Start(start)!, profile);
        browser._process.BeginErrorReadLine();
        browser._process.BeginOutputReadLine();
        await browser.ConnectAsync(Path.Combine(profile.Path, "DevToolsActivePort"));
        await browser.CallAsync("Page.enable");
        await browser.CallAsync("Runtime.enable");
        await browser.CallAsync("Log.enable");
        await browser.CallAsync("Network.enable");
        await browser.CallAsync(
            "Emulation.setDeviceMetricsOverride",
            new JsonObject
            {
                ["width"] = width,
                ["height"] = height,
                ["deviceScaleFactor"] = 1,
                ["mobile"] = false,
            }
        );
        return browser;
    }

    private string SessionId { get; set; } = "";

    /// <summary>Opens a file of this machine and waits for its end.</summary>
    public async Task OpenAsync(string path)
    {
        var before = _loads;
        await CallAsync("Page.navigate", new JsonObject { ["url"] = new Uri(path).AbsoluteUri });
        while (_loads == before)
            Keep(await ReadAsync());
    }

    /// <summary>The value of an expression in the page.</summary>
    public async Task<T> AskAsync<T>(string expression)
    {
        var answer = await CallAsync(
            "Runtime.evaluate",
            new JsonObject
            {
                ["expression"] = expression,
                ["returnByValue"] = true,
                ["awaitPromise"] = true,
            }
        );
        if (answer["exceptionDetails"] is { } failure)
            throw new InvalidOperationException($"{expression}: {failure.ToJsonString()}");
        return answer["result"]!["value"].Deserialize<T>()!;
    }

    /// <summary>Waits until an expression of the page is true; gives up after two minutes.</summary>
    public async Task UntilAsync(string condition) =>
        await AskAsync<bool>(
            $"new Promise((done, failed) => {{ const end = performance.now() + 120000; const look = () => {{ "
                + $"if ({condition}) done(true); else if (performance.now() > end) failed(new Error('never')); else "
                + $"requestAnimationFrame(look); }}; look(); }})"
        );

    /// <summary>Clicks the middle of an element with the mouse, as a person would.</summary>
    public async Task ClickAsync(string selector)
    {
        var place = await AskAsync<double[]>(
            $"(() => {{ const e = document.querySelector({Quoted(selector)}); e.scrollIntoView({{ block: "
                + $"'center' }}); const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / "
                + $"2]; }})()"
        );
        foreach (var type in new[] { "mousePressed", "mouseReleased" })
            await CallAsync(
                "Input.dispatchMouseEvent",
                new JsonObject
                {
                    ["type"] = type,
                    ["x"] = place[0],
                    ["y"] = place[1],
                    ["button"] = "left",
                    ["clickCount"] = 1,
                }
            );
    }

    /// <summary>Types into what has the focus.</summary>
    public Task TypeAsync(string text) => CallAsync("Input.insertText", new JsonObject { ["text"] = text });

    /// <summary>Presses a key.</summary>
    public async Task PressAsync(string key, int code)
    {
        foreach (var type in new[] { "keyDown", "keyUp" })
            await CallAsync(
                "Input.dispatchKeyEvent",
                new JsonObject
                {
                    ["type"] = type,
                    ["key"] = key,
                    ["code"] = key,
                    ["windowsVirtualKeyCode"] = code,
                    ["text"] = key == "Enter" && type == "keyDown" ? "\r" : "",
                }
            );
    }

    /// <summary>Light or dark, screen or print.</summary>
    public Task MediaAsync(string scheme, string media = "screen") =>
        CallAsync(
            "Emulation.setEmulatedMedia",
            new JsonObject
            {
                ["media"] = media,
                ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = scheme }),
            }
        );

    public Task WidthAsync(int width, int height) =>
        CallAsync(
            "Emulation.setDeviceMetricsOverride",
            new JsonObject
            {
                ["width"] = width,
                ["height"] = height,
                ["deviceScaleFactor"] = 1,
                ["mobile"] = false,
            }
        );

    /// <summary>A PNG of what is seen.</summary>
    public async Task<byte[]> PictureAsync() =>
        Convert.FromBase64String(
            (string)(await CallAsync("Page.captureScreenshot", new JsonObject { ["format"] = "png" }))["data"]!
        );

    /// <summary>The page as it would be printed: a PDF.</summary>
    public async Task<byte[]> PrintAsync() =>
        Convert.FromBase64String(
            (string)(await CallAsync("Page.printToPDF", new JsonObject { ["preferCSSPageSize"] = true }))["data"]!
        );

    public async Task<JsonNode> CallAsync(string method, JsonObject? parameters = null)
    {
        var number = ++_number;
        var message = new JsonObject
        {
            ["id"] = number,
            ["method"] = method,
            ["params"] = parameters ?? [],
        };
        if (SessionId.Length > 0)
            message["sessionId"] = SessionId;
        await _socket.SendAsync(
            Encoding.UTF8.GetBytes(message.ToJsonString()),
            WebSocketMessageType.Text,
            endOfMessage: true,
            _deadline.Token
        );
        while (true)
        {
            var answer = await ReadAsync();
            if ((int?)answer["id"] != number)
                Keep(answer);
            else if (answer["error"] is { } error)
                throw new InvalidOperationException($"{method}: {error.ToJsonString()}");
            else
                return answer["result"]!;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _deadline.Dispose();
        DeleteProfile();
    }

    private static string Quoted(string text) => JsonSerializer.Serialize(text);

    private void Keep(JsonNode message)
    {
        switch ((string?)message["method"])
        {
            case "Page.loadEventFired":
                _loads++;
                break;
            case "Network.requestWillBeSent":
                Requests.Add((string)message["params"]!["request"]!["url"]!);
                break;
            case "Runtime.exceptionThrown" or "Log.entryAdded" or "Runtime.consoleAPICalled":
                Complaints.Add(message["params"]!.ToJsonString());
                break;
        }
    }

    /// <summary>The browser writes its port into a file of its profile once it listens.</summary>
    private async Task ConnectAsync(string portFile)
    {
        string[] lines = [];
        while (lines.Length < 2)
        {
            _deadline.Token.ThrowIfCancellationRequested();
            if (_process.HasExited)
                throw new InvalidOperationException($"Chromium ended with {_process.ExitCode}.");
            await Task.Delay(20, _deadline.Token);
            lines = File.Exists(portFile) ? File.ReadAllLines(portFile) : [];
        }

        await _socket.ConnectAsync(new Uri($"ws://127.0.0.1:{lines[0]}{lines[1]}"), _deadline.Token);
        var targets = await CallAsync("Target.getTargets");
        var page = targets["targetInfos"]!.AsArray().First(target => (string?)target!["type"] == "page")!;
        var attached = await CallAsync(
            "Target.attachToTarget",
            new JsonObject { ["targetId"] = (string)page["targetId"]!, ["flatten"] = true }
        );
        SessionId = (string)attached["sessionId"]!;
    }

    private async Task<JsonNode> ReadAsync()
    {
        using var text = new MemoryStream();
        while (true)
        {
            var part = await _socket.ReceiveAsync(_buffer.AsMemory(), _deadline.Token);
            text.Write(_buffer, 0, part.Count);
            if (part.EndOfMessage)
                return JsonNode.Parse(text.GetBuffer().AsSpan(0, (int)text.Length))!;
        }
    }

    /// <summary>
    /// A child that is still dying may write a last file while the folder is deleted; what cannot go stays in the
    /// system's folder for such things.
    /// </summary>
    private void DeleteProfile()
    {
        try
        {
            _profile.Dispose();
        }
        catch (IOException)
        {
            // Nothing depends on it.
        }
    }
}
