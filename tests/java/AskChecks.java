import java.util.List;
import liandong.client.ApiClient;
import liandong.client.ApiException;
import liandong.client.JSON;
import liandong.client.api.DefaultApi;
import liandong.client.model.*;

/** Asks a node about somebody with the client that OpenAPI Generator makes of its description; prints what it reads. */
public class AskChecks {
    public static void main(String[] arguments) throws Exception {
        String url = arguments[0], token = arguments[1];
        Check check = check(arguments[2], arguments[3]);
        DefaultApi api = api(url, token);

        for (int times = 0; times < 2; times++) {
            print("decision", (Decision) api.check(new CheckRequest(check), "a-ticket", arguments[4]).getActualInstance());
        }
        try {
            api.check(new CheckRequest(check(arguments[2], arguments[3]).site("南京站")), "a-ticket", null);
        } catch (ApiException refused) {
            print(refused);
        }

        Check broken = check(arguments[2], arguments[3]).ref(new CheckRef(7)).attributes(null);
        Batch batch = new Batch().checks(List.of(check.ref(new CheckRef("one")), broken));
        BatchResult result = (BatchResult) api.check(new CheckRequest(batch), null, null).getActualInstance();
        for (CheckResult each : result.getResults()) {
            if (each.getActualInstance() instanceof Decided decided) {
                print("decided " + decided.getRef().getActualInstance(), decided.getResult());
            } else if (each.getActualInstance() instanceof Undecided undecided) {
                print("undecided " + undecided.getRef().getActualInstance(), undecided.getProblem());
            }
        }

        try {
            api(url, "ldt_nobodys").check(new CheckRequest(check), null, null);
        } catch (ApiException refused) {
            print(refused);
        }
        Status status = api.showStatus();
        System.out.println("status " + status.getAgency() + " " + status.getReady()
            + " " + status.getLists().get("js").getEntries() + " " + status.getParts().get("api").getValue());
    }

    private static DefaultApi api(String url, String token) {
        ApiClient client = new ApiClient();
        client.setBasePath(url).setBearerToken(token);
        return new DefaultApi(client);
    }

    private static Check check(String name, String number) {
        CertificateIn certificate = new CertificateIn().type(CertificateIn.TypeEnum.CN_ID).number(number);
        return new Check()
            .transaction(Check.TransactionEnum.RAIL_TICKET)
            .subject(new SubjectIn().name(name).certificates(List.of(certificate)))
            .putAttributesItem("train_type", new CheckAttributesValue("G"))
            .putAttributesItem("seat_class", new CheckAttributesValue("second"));
    }

    private static void print(String what, Decision decision) {
        Measure measure = decision.getMeasures().get(0);
        System.out.println(what + " " + decision.getCheckId() + " " + decision.getDecision().getValue()
            + " " + decision.getAction().getValue() + " " + measure.getId() + " " + measure.getMatch().getValue()
            + " " + decision.getList().getStale() + " " + measure.getSince().toInstant().toEpochMilli());
    }

    private static void print(String what, Problem problem) {
        System.out.println(what + " " + problem.getStatus() + " " + problem.getCode() + " " + problem.getField());
    }

    private static void print(ApiException refused) {
        Problem problem = JSON.getGson().fromJson(refused.getResponseBody(), Problem.class);
        System.out.println("problem " + refused.getCode() + " " + problem.getStatus() + " " + problem.getCode());
    }
}
