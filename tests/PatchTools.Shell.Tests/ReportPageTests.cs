using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Text;
using System.Text.Json;
using Deque.AxeCore.Commons;

namespace PatchTools.Tests;

/// <summary>
/// The page of Export-PatchReport in a real browser: opened from a file, read, clicked, filtered, printed.
/// </summary>
public sealed class ReportPageTests
{
    private const string Shown = "document.querySelectorAll('#findings tbody tr').length";
    private const string Names = "[...document.querySelectorAll('#findings tbody th')].map(cell => cell.textContent)";
    private const string Status = "document.querySelector('#status').textContent";

    [Fact]
    public async Task It_opens_from_a_file_asks_for_nothing_else_and_complains_of_nothing()
    {
        using var folder = new TemporaryDirectory();
        var path = Export(folder, ReportSamples.Plausible(), ReportSamples.History(12));
        await using var browser = await Browser.StartAsync();
        await browser.OpenAsync(path);
        Assert.Equal([new Uri(path).AbsoluteUri], browser.Requests.Distinct());
        Assert.Empty(browser.Complaints);
        Assert.StartsWith(
            "Not compliant: 1 patch failed to install, 9 patches are missing",
            await browser.AskAsync<string>("document.querySelector('.verdict').textContent"),
            StringComparison.Ordinal
        );
        Assert.Equal(
            4,
            await browser.AskAsync<int>(
                "document.querySelectorAll('#repositories ~ .wide tbody tr, "
                    + "section[aria-labelledby=repositories] tbody tr').length"
            )
        );
    }

    [Fact]
    public async Task It_begins_with_what_is_to_do_and_shows_every_state_when_asked()
    {
        using var folder = new TemporaryDirectory();
        await using var browser = await Browser.StartAsync();
        await browser.OpenAsync(Export(folder, ReportSamples.Plausible()));
        Assert.Equal(12, await browser.AskAsync<int>(Shown));
        Assert.Equal("openssl", (await browser.AskAsync<string[]>(Names))[0]);
        await browser.ClickAsync("#clear");
        Assert.Equal("200 of 272 matching packages shown, 272 in all", await browser.AskAsync<string>(Status));
        await browser.ClickAsync("#everything");
        Assert.Equal(272, await browser.AskAsync<int>(Shown));
        await browser.ClickAsync("button[data-state=InstalledRejected]");
        Assert.Equal(["telnet-server"], await browser.AskAsync<string[]>(Names));
    }

    [Fact]
    public async Task It_filters_by_what_is_typed_and_by_severity()
    {
        using var folder = new TemporaryDirectory();
        await using var browser = await Browser.StartAsync();
        await browser.OpenAsync(Export(folder, ReportSamples.Plausible()));
        await browser.ClickAsync("#search");
        await browser.TypeAsync("cve-2026-2511");
        await browser.UntilAsync($"{Shown} === 2");
        Assert.Equal(["openssl", "openssl-libs"], await browser.AskAsync<string[]>(Names));
        await browser.AskAsync<string>(
            "(() => { const search = document.querySelector('#search'); search.value = ''; "
                + "search.dispatchEvent(new Event('input')); const rank = document.querySelector('#rank'); "
                + "rank.value = 'Medium'; rank.dispatchEvent(new Event('change')); return rank.value; })()"
        );
        await browser.UntilAsync($"{Shown} === 2");
        Assert.Equal(["curl", "libcurl"], await browser.AskAsync<string[]>(Names));
    }

    [Fact]
    public async Task It_sorts_by_a_click_and_by_the_keyboard_and_says_so_to_a_screen_reader()
    {
        using var folder = new TemporaryDirectory();
        await using var browser = await Browser.StartAsync();
        await browser.OpenAsync(Export(folder, ReportSamples.Plausible()));
        await browser.ClickAsync("#findings .c-name button");
        var names = await browser.AskAsync<string[]>(Names);
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.Equal(
            "ascending",
            await browser.AskAsync<string>("document.querySelector('#findings .c-name').getAttribute('aria-sort')")
        );
        await browser.AskAsync<bool>("(document.querySelector('#findings .c-name button').focus(), true)");
        await browser.PressAsync("Enter", 13);
        Assert.Equal(
            "descending",
            await browser.AskAsync<string>("document.querySelector('#findings .c-name').getAttribute('aria-sort')")
        );
        Assert.Equal(names.Reverse(), await browser.AskAsync<string[]>(Names));
        await browser.ClickAsync("#findings .c-severity button");
        Assert.Equal(["openssl", "openssl-libs", "kernel"], (await browser.AskAsync<string[]>(Names)).Take(3));
    }

    [Fact]
    public async Task It_links_CVEs_by_id_and_opens_the_reasons()
    {
        using var folder = new TemporaryDirectory();
        await using var browser = await Browser.StartAsync();
        await browser.OpenAsync(Export(folder, ReportSamples.Plausible()));
        Assert.Equal(
            "https://www.cve.org/CVERecord?id=CVE-2026-2961",
            await browser.AskAsync<string>(
                "[...document.querySelectorAll('.cves a')].find(link => link.textContent === 'CVE-2026-2961').href"
            )
        );
        await browser.ClickAsync("#findings tbody tr:nth-child(2) summary");
        Assert.Contains(
            "release date: wants 7 days old",
            await browser.AskAsync<string>(
                "document.querySelector('#findings tbody tr:nth-child(2) details[open] ul').innerText"
            ),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "nothing provides httpd-core",
            await browser.AskAsync<string>(
                "[...document.querySelectorAll('#findings tbody tr')]"
                    + ".find(row => row.textContent.startsWith('httpd')).textContent"
            ),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Nothing_in_a_package_or_repository_becomes_markup_or_runs()
    {
        using var folder = new TemporaryDirectory();
        await using var browser = await Browser.StartAsync();
        var path = Export(folder, ReportSamples.Attack());
        await browser.OpenAsync(path);
        Assert.False(await browser.AskAsync<bool>("'attacked' in window"));
        Assert.Equal([new Uri(path).AbsoluteUri], browser.Requests.Distinct());
        Assert.Empty(browser.Complaints);
        Assert.Equal(ReportSamples.Hostile.Count, await browser.AskAsync<int>(Shown));
        Assert.Equal(1, await browser.AskAsync<int>("document.querySelectorAll('h1').length"));
        Assert.Equal(
            0,
            await browser.AskAsync<int>(
                "document.querySelectorAll('img, [onerror], [onmouseover], a[href^=\"javascript:\"]').length"
            )
        );
        Assert.Equal(1, await browser.AskAsync<int>("document.scripts.length"));
        Assert.Contains(ReportSamples.Hostile[0], await browser.AskAsync<string[]>(Names));
        Assert.All(
            await browser.AskAsync<string[]>("[...document.querySelectorAll('.cves a')].map(link => link.href)"),
            link => Assert.Equal("https://www.cve.org/CVERecord?id=CVE-2026-1234", link)
        );
    }

    /// <summary>
    /// What makes it quick is that no more rows than are shown are in the tree; the times are only told.
    /// </summary>
    [Fact]
    public async Task Ten_thousand_findings_stay_responsive()
    {
        using var folder = new TemporaryDirectory();
        var writing = Stopwatch.StartNew();
        var path = Export(folder, ReportSamples.Large());
        var written = writing.Elapsed;
        await using var browser = await Browser.StartAsync();
        await browser.OpenAsync(path);
        Assert.Equal(200, await browser.AskAsync<int>(Shown));
        Assert.Equal("200 of 3334 matching packages shown, 10000 in all", await browser.AskAsync<string>(Status));
        var loaded = await browser.AskAsync<double>("performance.getEntriesByType('navigation')[0].domComplete");
        var all = await Milliseconds("document.querySelector('#clear').click()");
        Assert.Equal("200 of 10000 matching packages shown, 10000 in all", await browser.AskAsync<string>(Status));
        var sorted = await Milliseconds("document.querySelector('#findings .c-version button').click()");
        Assert.Equal(200, await browser.AskAsync<int>(Shown));
        await browser.ClickAsync("#search");
        await browser.TypeAsync("cve-2026-13333 xz");
        await browser.UntilAsync($"{Shown} <= 1");
        await browser.AskAsync<bool>("(document.querySelector('#search').value = 'cve-2026-13333', true)");
        var searched = await Milliseconds("document.querySelector('#rank').dispatchEvent(new Event('change'))");
        Assert.Single(await browser.AskAsync<string[]>(Names));
        TestContext.Current.TestOutputHelper?.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"10000 findings: {new FileInfo(path).Length / 1e6:0.0} MB, exported in "
                    + $"{written.TotalMilliseconds:0} ms, loaded in {loaded:0} ms, all states {all:0} ms, sorted "
                    + $"{sorted:0} ms, searched {searched:0} ms, each until painted"
            )
        );

        Task<double> Milliseconds(string action) =>
            browser.AskAsync<double>(
                $"new Promise(done => {{ const start = performance.now(); {action}; requestAnimationFrame(() "
                    + $"=> requestAnimationFrame(() => done(performance.now() - start))); }})"
            );
    }

    [Fact]
    public async Task Without_scripts_every_package_is_there()
    {
        using var folder = new TemporaryDirectory();
        await using var browser = await Browser.StartAsync();
        await browser.CallAsync(
            "Emulation.setScriptExecutionDisabled",
            new System.Text.Json.Nodes.JsonObject { ["value"] = true }
        );
        await browser.OpenAsync(Export(folder, ReportSamples.Plausible()));
        Assert.Equal(272, await browser.AskAsync<int>(Shown));
        Assert.True(await browser.AskAsync<bool>("document.querySelector('.controls').hidden"));
    }

    [Theory]
    [InlineData("light", 1280)]
    [InlineData("dark", 1280)]
    [InlineData("light", 400)]
    public async Task It_is_accessible(string scheme, int width)
    {
        using var folder = new TemporaryDirectory();
        await using var browser = await Browser.StartAsync(width);
        await browser.MediaAsync(scheme);
        await browser.OpenAsync(Export(folder, ReportSamples.Plausible(), ReportSamples.History(12)));
        await browser.AskAsync<bool>(new BundledAxeScriptProvider().GetScript() + "; true");
        var found = await browser.AskAsync<string[]>(
            "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', "
                + "'best-practice'] }).then(result => result.violations.map(violation => violation.id + ': ' + "
                + "violation.nodes.map(node => node.target + ' ' + node.failureSummary).slice(0, 3).join(' | ')))"
        );
        Assert.Empty(found);
        Assert.Equal(width, await browser.AskAsync<int>("document.documentElement.scrollWidth"));
    }

    [Fact]
    public async Task It_prints_every_matching_package_in_dark_ink_on_white()
    {
        using var folder = new TemporaryDirectory();
        await using var browser = await Browser.StartAsync();
        await browser.MediaAsync("dark");
        await browser.OpenAsync(Export(folder, ReportSamples.Plausible()));
        await browser.ClickAsync("#clear");
        await browser.MediaAsync("dark", "print");
        Assert.Equal(
            "rgb(255, 255, 255)",
            await browser.AskAsync<string>("getComputedStyle(document.body).backgroundColor")
        );
        Assert.Equal("rgb(0, 0, 0)", await browser.AskAsync<string>("getComputedStyle(document.body).color"));
        Assert.Equal(
            "none",
            await browser.AskAsync<string>("getComputedStyle(document.querySelector('div.controls')).display")
        );
        var pdf = await browser.PrintAsync();
        Assert.Equal("%PDF"u8.ToArray(), pdf[..4]);
        Assert.Equal(200, await browser.AskAsync<int>(Shown));
        await browser.AskAsync<bool>("(window.dispatchEvent(new Event('beforeprint')), true)");
        Assert.Equal(272, await browser.AskAsync<int>(Shown));
    }

    /// <summary>With <c>PATCHTOOLS_APPROVE=1</c> the pictures go where the documents show them.</summary>
    [Theory]
    [InlineData("report-light", "light", 1280, 1100, "")]
    [InlineData("report-dark", "dark", 1280, 1100, "")]
    [InlineData("report-packages", "light", 1280, 1100, "packages")]
    [InlineData("report-narrow", "light", 400, 1100, "")]
    public async Task Its_pictures_are_made(string name, string scheme, int width, int height, string part)
    {
        using var folder = new TemporaryDirectory();
        await using var browser = await Browser.StartAsync(width, height);
        await browser.MediaAsync(scheme);
        await browser.OpenAsync(Export(folder, ReportSamples.Plausible(), ReportSamples.History(20)));
        await browser.AskAsync<bool>("(document.querySelector('#findings tbody tr:nth-child(3) details').open = true)");
        if (part.Length > 0)
            await browser.AskAsync<bool>($"(document.getElementById('{part}').scrollIntoView(), true)");
        var picture = await browser.PictureAsync();
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], picture[..4]);
        Assert.Equal((width, height), (ReadNumber(picture, 16), ReadNumber(picture, 20)));
        if (Approval.IsWriting)
            File.WriteAllBytes(
                Path.Combine(
                    Directory
                        .CreateDirectory(Path.Combine(StagedModule.RepositoryRoot, "module", "docs", "images"))
                        .FullName,
                    name + ".png"
                ),
                picture
            );

        static int ReadNumber(byte[] bytes, int at) =>
            System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at, 4));
    }

    /// <summary>By the cmdlet, as a person would.</summary>
    private static string Export(TemporaryDirectory folder, ComplianceReport report, params PatchSummary[] history)
    {
        var path = folder.File("report.html");
        var state = InitialSessionState.CreateDefault();
        state.ImportPSModule([StagedModule.Manifest]);
        using var runspace = RunspaceFactory.CreateRunspace(state);
        runspace.Open();
        using var shell = PowerShell.Create(runspace);
        shell
            .AddCommand("Export-PatchReport")
            .AddParameter("Path", path)
            .AddParameter("History", history)
            .Invoke(new[] { report });
        Assert.Empty(shell.Streams.Error);
        return path;
    }
}
