using System.Text;
using PatchTools.Checksums;
using PatchTools.Model;
using static PatchTools.Presentation.ReportWords;

namespace PatchTools.Presentation;

/// <summary>
/// A report as one page for a browser: verdict, charts, every finding with its reason, trend, host and repositories.
/// Nothing is fetched, and a policy in the page forbids it; the only script that may run is the page's own, by its
/// hash, so that nothing in a package's name can.
/// </summary>
internal static class HtmlReport
{
    private const string CvePage = "https://www.cve.org/CVERecord?id=";

    private static readonly string _style = Resource("report/report.css");
    private static readonly string _script = Resource("report/report.js");

    public static string Write(ComplianceReport report, IReadOnlyList<PatchSummary> history)
    {
        var html = new HtmlText();
        Head(html, report);
        Problems(html, report);
        html.Markup("<div class=\"panels\">\n");
        States(html, report);
        Ranks(html, report);
        Trend(html, report, history);
        html.Markup("</div>\n");
        Findings(html, report);
        Repositories(html, report.Inventory.Repositories);
        Host(html, report);
        html.Markup(
            $"""
            </main>
            <footer>Made by PatchTools. Snapshot {report.Snapshot.SnapshotId}, execution {report.ExecutionId}.</footer>
            <script>{new HtmlRaw(_script)}</script>
            </body>
            </html>

            """
        );
        return html.ToString();
    }

    private static void Head(HtmlText html, ComplianceReport report)
    {
        html.Markup(
            $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{Hash(
                _style
            )}'; script-src 'sha256-{Hash(_script)}'; base-uri 'none'; form-action 'none'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="referrer" content="no-referrer">
            <title>Patch report of {HostOf(report)}, {Time(report.End)}</title>
            <style>{new HtmlRaw(_style)}</style>
            </head>
            <body>
            <a class="skip" href="#packages">To the packages</a>
            <header>
            <h1>Patch report of {HostOf(report)}</h1>
            <p class="verdict {report.Verdict.ToString()}">{report.VerdictText}</p>

            """
        );
        foreach (var caution in report.Inventory.Cautions)
            html.Markup($"<p class=\"caution\">{caution}</p>\n");
        html.Markup(
            $"""
            <p class="about">{Joined(
                report.Inventory.Facts.HostName,
                report.Inventory.OperatingSystem.PrettyName
            )}<br>{report.OperationText} of {Time(report.End)} against the baseline {BaselineOf(report)}{(
                report.Snapshot.BaselineId is { } id ? $" ({id})" : ""
            )}</p>
            <nav aria-label="Parts of the report"><a href="#packages">Packages</a>
            <a href="#repositories">Repositories</a> <a href="#host">Host and baseline</a></nav>
            </header>
            <main>

            """
        );
    }

    private static void Problems(HtmlText html, ComplianceReport report)
    {
        List<string> lines = [.. WarningsOf(report).Concat(report.Outcome?.Problems ?? [])];
        lines.InsertRange(
            0,
            report
                .Inventory.Repositories.Where(repository => repository.Status != RepositoryStatus.Ok)
                .Select(repository =>
                    $"repository {repository.Name} is "
                    + $"{repository.Status.ToString()}{(repository.Message is { } message ? $": {message}" : "")}"
                )
        );
        if (report.Outcome?.StoppedBecause is { } stopped)
            lines.Insert(0, stopped);
        lines = [.. lines.Distinct(StringComparer.Ordinal)];
        if (lines.Count == 0)
            return;
        html.Markup("<section aria-labelledby=\"warnings\"><h2 id=\"warnings\">Warnings</h2><ul class=\"warnings\">");
        foreach (var line in lines)
            html.Markup($"<li>{line}</li>");
        html.Markup("</ul></section>\n");
    }

    private static void States(HtmlText html, ComplianceReport report)
    {
        List<Bar> bars =
        [
            .. StateWords
                .All.Where(word => word.State != PatchState.NotApplicable)
                .Select(word => new Bar(word.Name, word.Count(report.Counts), word.Wire)),
        ];
        html.Markup("<section aria-labelledby=\"states-of\"><h2 id=\"states-of\">Packages by state</h2><figure>");
        Charts.Bars(html, "Packages by state", bars);
        html.Markup(
            $"</figure><p class=\"shown\">{report.Counts.NotApplicable} more that the baseline approves are "
                + $"not installed, and need not be.</p></section>\n"
        );
    }

    private static void Ranks(HtmlText html, ComplianceReport report)
    {
        List<Bar> bars =
        [
            .. report
                .Findings.Where(finding => !finding.IsCompliant)
                .GroupBy(SeverityWords.Rating)
                .OrderBy(group => SeverityWords.Rank(group.Key))
                .Select(group => new Bar(group.Key, group.Count(), "rank")),
        ];
        html.Markup("<section aria-labelledby=\"ranks-of\"><h2 id=\"ranks-of\">To do, by severity</h2>");
        if (bars.Count == 0)
        {
            html.Markup("<p>Nothing is to do.</p></section>\n");
            return;
        }

        html.Markup("<figure>");
        Charts.Bars(html, "To do, by severity", bars);
        var counts = report.Counts;
        html.Markup(
            $"</figure><p class=\"shown\">{counts.CriticalNonCompliant} critical by the baseline's level, "
                + $"{counts.SecurityNonCompliant} security, {counts.OtherNonCompliant} other.</p></section>\n"
        );
    }

    private static void Trend(HtmlText html, ComplianceReport report, IReadOnlyList<PatchSummary> history)
    {
        List<TrendPoint> points =
        [
            .. history
                .Where(summary => summary.ExecutionId != report.ExecutionId || summary.OperationEnd != report.End)
                .Select(summary => new TrendPoint(summary.OperationEnd, summary.Counts))
                .Append(new TrendPoint(report.End, report.Counts))
                .OrderBy(point => point.Time),
        ];
        html.Markup("<section aria-labelledby=\"trend\"><h2 id=\"trend\">The last runs</h2>");
        if (points.Count < 2)
        {
            html.Markup("<p>No earlier run is known here.</p></section>\n");
            return;
        }

        html.Markup("<figure>");
        Charts.Trend(html, points);
        html.Markup("</figure></section>\n");
    }

    private static void Host(HtmlText html, ComplianceReport report)
    {
        var (snapshot, inventory) = (report.Snapshot, report.Inventory);
        html.Markup("<section aria-labelledby=\"host\"><h2 id=\"host\" tabindex=\"-1\">Host and baseline</h2><dl>");
        Fact(html, "Host", inventory.Facts.HostName);
        Fact(
            html,
            "Instance",
            snapshot.InstanceId is { Length: > 0 } instance && snapshot.Region is { Length: > 0 } region
                ? $"{instance} in {region}"
                : snapshot.InstanceId
        );
        Fact(html, "System", inventory.OperatingSystem.PrettyName);
        Fact(html, "Product", report.Product);
        Fact(html, "Packages", $"{Number(report.Findings.Count)}, of {inventory.PackageManager}");
        Fact(html, "Kernel", inventory.Facts.RunningKernel);
        Fact(html, "Booted", inventory.Facts.BootTime is { } boot ? Time(boot) : null);
        Fact(html, "Read", Time(inventory.CapturedAt));
        Fact(html, "Baseline", snapshot.BaselineId is { } id ? $"{BaselineOf(report)} ({id})" : BaselineOf(report));
        Fact(html, "Patch group", snapshot.PatchGroup);
        Fact(
            html,
            "From",
            snapshot.Origin switch
            {
                SnapshotOrigin.Service => "Systems Manager",
                SnapshotOrigin.Default => "AWS's predefined ones",
                SnapshotOrigin.Override => $"the override {snapshot.BaselineOverride}",
                _ => "a file",
            }
        );
        Fact(html, "Duration", FormattableString.Invariant($"{(report.End - report.Start).TotalSeconds:0.0} s"));
        var notSent = report.UploadNote is { } note ? $"no: {note}" : "no";
        Fact(html, "Sent", report.Uploaded ? "to Systems Manager" : notSent);
        Fact(html, "Exit code", Number(report.ExitCode));
        html.Markup("</dl></section>\n");
    }

    private static void Fact(HtmlText html, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            html.Markup($"<dt>{name}</dt><dd>{value}</dd>");
    }

    private static void Repositories(HtmlText html, IReadOnlyList<RepositoryHealth> repositories)
    {
        html.Markup(
            $"""
            <section aria-labelledby="repositories"><h2 id="repositories" tabindex="-1">Repositories</h2>
            <div class="wide" tabindex="0" role="region" aria-label="Table of repositories"><table>
            <caption>{repositories.Count(repository =>
                repository.Status == RepositoryStatus.Ok
            )} of {repositories.Count} have recent metadata</caption>
            <thead><tr><th scope="col">Repository</th><th scope="col">Status</th>
            <th scope="col">Published</th><th scope="col">Refreshed</th><th scope="col">To know</th></tr></thead>
            <tbody>

            """
        );
        foreach (var repository in repositories)
        {
            var know = repository.Message ?? (repository.Trusted ? "" : "not authenticated");
            if (repository is { Message: null, HasAdvisories: false })
                know = "publishes no advisories: nobody can tell which of its packages are security updates";
            html.Markup(
                $"<tr><th "
                    + $"scope=\"row\">{repository.Name}</th>"
                    + $"<td{new HtmlRaw(repository.Status == RepositoryStatus.Ok ? "" : " class=\"status-bad\"")}>"
                    + $"{repository.Status.ToString()}</td><td>"
                    + $"{(repository.PublishedAt is { } published ? Time(published) : "")}</td><td>"
                    + $"{(repository.RefreshedAt is { } refreshed ? Time(refreshed) : "")}</td><td>{know}</td></tr>\n"
            );
        }

        html.Markup("</tbody></table></div></section>\n");
    }

    private static void Findings(HtmlText html, ComplianceReport report)
    {
        List<PatchFinding> findings = [.. Importance.Order(report.Findings)];
        var open = findings.Exists(finding => !finding.IsCompliant);
        html.Markup(
            "<section aria-labelledby=\"packages\"><h2 id=\"packages\" tabindex=\"-1\">Packages</h2>\n<div "
                + "class=\"controls\" hidden><label>Search name, reason or CVE<input type=\"search\" id=\"search\" "
                + "autocomplete=\"off\" spellcheck=\"false\"></label><label>Severity<select id=\"rank\"><option "
                + "value=\"\">all</option>"
        );
        foreach (
            var rank in findings
                .Select(SeverityWords.Rating)
                .Distinct(StringComparer.Ordinal)
                .OrderBy(SeverityWords.Rank)
        )
            html.Markup($"<option>{rank}</option>");
        html.Markup("</select></label><fieldset id=\"states\"><legend>States</legend>");
        foreach (var group in findings.GroupBy(finding => finding.State).OrderBy(group => StateWords.Rank(group.Key)))
            html.Markup(
                $"<button type=\"button\" data-state=\"{StateWords.Of(group.Key).Wire}\" "
                    + $"aria-pressed=\"{(open && !group.First().IsCompliant ? "true" : "false")}\">"
                    + $"{StateWords.Of(group.Key).Name} "
                    + $"{group.Count()}</button>"
            );
        html.Markup(
            """
            </fieldset><button type="button" id="clear">Show all states</button></div>
            <p class="shown controls" hidden><span id="status" role="status"></span>
            <button type="button" id="more">Show 200 more</button>
            <button type="button" id="everything">Show all of them</button></p>
            <div class="wide" tabindex="0" role="region" aria-label="Table of packages"><table id="findings">
            <caption>Every package that the baseline was asked about, and why it is what it is</caption>
            <thead><tr>
            <th scope="col" class="c-name"><button type="button">Package</button></th>
            <th scope="col" class="c-state"><button type="button">State</button></th>
            <th scope="col" class="c-severity"><button type="button">Severity</button></th>
            <th scope="col" class="c-version"><button type="button">Installed → available</button></th>
            <th scope="col" class="c-why"><button type="button">Why</button></th>
            <th scope="col" class="c-cve"><button type="button">CVEs</button></th></tr></thead>
            <tbody>

            """
        );
        foreach (var finding in findings)
            Row(html, finding);
        html.Markup("</tbody></table></div></section>\n");
    }

    private static void Row(HtmlText html, PatchFinding finding)
    {
        var rank = SeverityWords.Rating(finding);
        var state = StateWords.Of(finding.State);
        html.Markup(
            $"<tr data-state=\"{state.Wire}\" data-rank=\"{rank}\"><th "
                + $"scope=\"row\">{finding.Name}</th><td data-key=\"{StateWords.Rank(finding.State)}\" class=\"state "
                + $"s-{state.Wire}\"><span>{state.Name}</span></td><td "
                + $"data-key=\"{SeverityWords.Rank(rank)}\">{string.Join(' ', SeverityWords.Of(finding))}</td><td>"
        );
        if (finding.InstalledVersion.Length > 0)
            html.Markup($"<span class=\"version\">{finding.InstalledVersion}</span>");
        if (finding.AvailableVersion.Length > 0)
            html.Markup($" <span class=\"version\">→ {finding.AvailableVersion}</span>");
        html.Markup("</td><td>");
        var reason = finding.Setback?.Reason ?? finding.Why;
        List<string> details = [.. Details(finding)];
        if (details.Count == 0)
        {
            html.Markup($"{reason}");
        }
        else
        {
            html.Markup($"<details><summary>{reason}</summary><ul>");
            foreach (var detail in details)
                html.Markup($"<li>{detail}</li>");
            html.Markup("</ul></details>");
        }

        html.Markup("</td><td class=\"cves\">");
        foreach (var cve in finding.CveIds)
        {
            if (IsCve(cve))
                html.Markup($"<a href=\"{CvePage}{cve}\" target=\"_blank\" rel=\"noopener noreferrer\">{cve}</a> ");
            else
                html.Markup($"<span>{cve}</span> ");
        }

        html.Markup("</td></tr>\n");
    }

    private static string Joined(params string[] parts) => string.Join(", ", parts.Where(part => part.Length > 0));

    private static string Hash(string text) => Convert.ToBase64String(Sha256.Of(Encoding.UTF8.GetBytes(text)));

    private static string Resource(string name)
    {
        using var stream =
            typeof(HtmlReport).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The assembly lacks {name}.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().Replace("\r\n", "\n", StringComparison.Ordinal);
    }
}
