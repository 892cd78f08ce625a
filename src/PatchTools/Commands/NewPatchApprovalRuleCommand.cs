using System.Management.Automation;
using PatchTools.Baselines;
using PatchTools.Completers;

namespace PatchTools.Commands;

/// <summary>Makes one approval rule of a baseline: which updates, after which delay, at which level.</summary>
[Cmdlet(VerbsCommon.New, "PatchApprovalRule", DefaultParameterSetName = DelaySet)]
[OutputType(typeof(ApprovalRule))]
public sealed class NewPatchApprovalRuleCommand : PatchCommand
{
    internal const string DelaySet = "Delay";
    internal const string DateSet = "Date";

    /// <summary>The vendor's classification (rpm families): Security, Bugfix, …; <c>*</c> for all.</summary>
    [Parameter(Position = 0)]
    [ArgumentCompleter(typeof(FilterValueCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Classification { get; set; }

    /// <summary>The vendor's severity (rpm families): Critical, Important, …; <c>*</c> for all.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(FilterValueCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Severity { get; set; }

    /// <summary>dpkg's priority (apt): Required, Important, Standard, Optional, Extra; <c>*</c> for all.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(FilterValueCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Priority { get; set; }

    /// <summary>dpkg's section (apt): admin, libs, net, …; <c>*</c> for all.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(FilterValueCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Section { get; set; }

    /// <summary>AWS's product texts: Debian12, RedhatEnterpriseLinux9.4, …; <c>*</c> for all.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(FilterValueCompleter))]
    [ValidateNotNullOrEmpty]
    public string[]? Product { get; set; }

    /// <summary>Whole days that an update must be old, 0 for at once.</summary>
    [Parameter(ParameterSetName = DelaySet)]
    [ValidateRange(0, 36_500)]
    public int ApproveAfterDays { get; set; }

    /// <summary>Last day of release that is approved, UTC.</summary>
    [Parameter(Mandatory = true, ParameterSetName = DateSet)]
    public DateTime ApproveUntilDate { get; set; }

    /// <summary>How grave it is when an approved update is missing.</summary>
    [Parameter]
    public ComplianceLevel ComplianceLevel { get; set; }

    /// <summary>Approves updates too that are not security updates.</summary>
    [Parameter]
    public SwitchParameter EnableNonSecurity { get; set; }

    protected override void Process() =>
        WriteObject(
            new ApprovalRule
            {
                Filters =
                [
                    .. new[]
                    {
                        (BaselineVocabulary.Product, Product),
                        (BaselineVocabulary.Classification, Classification),
                        (BaselineVocabulary.Severity, Severity),
                        (BaselineVocabulary.Priority, Priority),
                        (BaselineVocabulary.Section, Section),
                    }
                        .Where(filter => filter.Item2 is not null)
                        .Select(filter => new PatchFilter(filter.Item1, filter.Item2!)),
                ],
                ComplianceLevel = ComplianceLevel,
                EnableNonSecurity = EnableNonSecurity,
                ApproveAfterDays = ParameterSetName == DateSet ? null : ApproveAfterDays,
                ApproveUntilDate = ParameterSetName == DateSet ? Day(ApproveUntilDate) : null,
            }
        );

    /// <summary>Days count in UTC; a date without time zone is meant as written.</summary>
    private static DateOnly Day(DateTime date) =>
        DateOnly.FromDateTime(date.Kind == DateTimeKind.Local ? date.ToUniversalTime() : date);
}
