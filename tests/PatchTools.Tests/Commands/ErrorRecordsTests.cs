using System.Management.Automation;
using PatchTools.Errors;

namespace PatchTools.Tests.Commands;

public sealed class ErrorRecordsTests
{
    [Fact]
    public void Every_row_of_the_table_becomes_a_record_with_its_id_and_cure() =>
        Assert.All(
            PatchErrors.All,
            error =>
            {
                var record = ErrorRecords.For(new PatchToolsException(error, "What and where.", "target"));
                Assert.Equal(error.Id, record.FullyQualifiedErrorId);
                Assert.Equal("target", record.TargetObject);
                Assert.Equal(error.RecommendedAction, record.ErrorDetails.RecommendedAction);
            }
        );

    [Fact]
    public void Every_category_of_the_engine_has_one_of_PowerShell() =>
        Assert.All(
            Enum.GetValues<PatchErrorCategory>(),
            category => Assert.NotEqual(ErrorCategory.NotSpecified, ErrorRecords.Category(category))
        );

    [Fact]
    public void An_aggregate_without_a_failure_of_ours_is_about_its_first()
    {
        var first = new IOException("first");
        Assert.Same(
            first,
            ErrorRecords.CauseOf(new AggregateException(new AggregateException(first, new IOException("second"))))
        );
    }
}
