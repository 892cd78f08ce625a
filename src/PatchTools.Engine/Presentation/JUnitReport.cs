using System.Text;
using System.Xml;
using PatchTools.Model;
using static PatchTools.Presentation.ReportWords;

namespace PatchTools.Presentation;

/// <summary>
/// JUnit's XML in the form that Jenkins, GitLab and GitHub's reporters read: one suite for the host, a case for each
/// finding, the most important first, a failure for each that does not comply. Metadata that proves nothing and a
/// baseline that judges nothing are errors of their own, so that the suite is never green by accident.
/// </summary>
internal static class JUnitReport
{
    public static byte[] Write(ComplianceReport report)
    {
        var settings = new XmlWriterSettings
        {
            Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            Indent = true,
            NewLineChars = "\n",
        };
        using var output = new MemoryStream();
        using (var xml = XmlWriter.Create(output, settings))
        {
            var failures = report.Findings.Count(finding => !finding.IsCompliant);
            var errors = (IsProven(report) ? 0 : 1) + (report.NothingJudgedBecause is null ? 0 : 1);
            var seconds = FormattableString.Invariant($"{(report.End - report.Start).TotalSeconds:0.000}");
            xml.WriteStartElement("testsuites");
            Counts(xml, report.Findings.Count + errors, failures, errors, seconds);
            xml.WriteStartElement("testsuite");
            xml.WriteAttributeString(
                "name",
                Clean($"Patch compliance of {HostOf(report)} against {BaselineOf(report)}")
            );
            Counts(xml, report.Findings.Count + errors, failures, errors, seconds);
            xml.WriteAttributeString(
                "timestamp",
                report.Start.UtcDateTime.ToString(
                    "yyyy-MM-dd'T'HH:mm:ss",
                    System.Globalization.CultureInfo.InvariantCulture
                )
            );
            xml.WriteAttributeString("hostname", Clean(HostOf(report)));
            Errors(xml, report);
            foreach (var finding in Importance.Order(report.Findings))
                Finding(xml, finding);
            if (report.Inventory.Cautions.Concat(WarningsOf(report)).ToList() is { Count: > 0 } warnings)
                xml.WriteElementString("system-out", string.Join('\n', warnings.Select(Clean)));
            xml.WriteEndElement();
            xml.WriteEndElement();
        }

        return output.ToArray();
    }

    private static bool IsProven(ComplianceReport report) => report.Verdict != ComplianceVerdict.NotProven;

    private static void Errors(XmlWriter xml, ComplianceReport report)
    {
        if (!IsProven(report))
        {
            var troubled = report
                .Inventory.Repositories.Where(repository => repository.Status != RepositoryStatus.Ok)
                .Select(repository => $"{repository.Name}: {repository.Message ?? repository.Status.ToString()}");
            Case(xml, "metadata", "Repositories");
            Problem(xml, "error", "NotProven", report.VerdictText, report.Inventory.NotProvenBecause.Concat(troubled));
            xml.WriteEndElement();
        }

        if (report.NothingJudgedBecause is { } reason)
        {
            Case(xml, "baseline", "Baseline");
            Problem(xml, "error", "NothingJudged", $"The baseline judges nothing here: {reason}.", []);
            xml.WriteEndElement();
        }
    }

    private static void Finding(XmlWriter xml, PatchFinding finding)
    {
        Case(xml, finding.Title.Length > 0 ? finding.Title : finding.Name, finding.Name);
        if (!finding.IsCompliant)
            Problem(
                xml,
                "failure",
                StateWords.Of(finding.State).Wire,
                finding.Setback?.Reason ?? finding.Why,
                Lines(finding)
            );
        xml.WriteEndElement();
    }

    private static IEnumerable<string> Lines(PatchFinding finding)
    {
        yield return $"{finding.InstalledVersion} -> {finding.AvailableVersion}";
        if (SeverityWords.Of(finding).Any())
            yield return string.Join(' ', SeverityWords.Of(finding));
        if (finding.CveIds.Count > 0)
            yield return string.Join(' ', finding.CveIds);
        foreach (var detail in Details(finding))
            yield return detail;
    }

    private static void Counts(XmlWriter xml, int tests, int failures, int errors, string seconds)
    {
        xml.WriteAttributeString("tests", Number(tests));
        xml.WriteAttributeString("failures", Number(failures));
        xml.WriteAttributeString("errors", Number(errors));
        xml.WriteAttributeString("time", seconds);
    }

    private static void Case(XmlWriter xml, string name, string group)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("name", Clean(name));
        xml.WriteAttributeString("classname", Clean(group));
        xml.WriteAttributeString("time", "0");
    }

    private static void Problem(XmlWriter xml, string element, string type, string message, IEnumerable<string> lines)
    {
        xml.WriteStartElement(element);
        xml.WriteAttributeString("type", type);
        xml.WriteAttributeString("message", Clean(message));
        xml.WriteString(string.Join('\n', lines.Select(Clean)));
        xml.WriteEndElement();
    }
}
